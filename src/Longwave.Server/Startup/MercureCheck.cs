using Longwave.Server.Browsers;
using Longwave.Server.Configuration;
using Longwave.Server.Identity;

namespace Longwave.Server.Startup;

/// <summary>Checks the section <c>Mercure</c> at start.</summary>
internal static class MercureCheck
{
    public static void Check(MercureOptions mercure, ServerOptions server, List<string> failures)
    {
        if (mercure.PublicUrl is { } url
            && (!Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) || parsed.Scheme is not ("http" or "https") || parsed.Query.Length > 0 || parsed.Fragment.Length > 0))
        {
            failures.Add($"Mercure:PublicUrl: `{url}` is not an address such as https://hub.example.com/.well-known/mercure.");
        }

        if (mercure.CookieName is { } name && (name.Length == 0 || name.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))))
        {
            failures.Add($"Mercure:CookieName: `{name}` is not the name of a cookie.");
        }

        CheckKeys("Mercure:Publisher", mercure.Publisher, failures);
        CheckKeys("Mercure:Subscriber", mercure.Subscriber, failures);
        for (int i = 0; i < mercure.PublishOrigins.Count; i++)
        {
            string origin = mercure.PublishOrigins[i];
            if (!WebOrigin.TryParse(origin, out _))
            {
                failures.Add($"Mercure:PublishOrigins:{i}: `{origin}` is not an origin such as https://app.example.com.");
            }
            else if (server.AllowedOrigins is { } allowed && !allowed.Contains(origin, StringComparer.OrdinalIgnoreCase))
            {
                failures.Add($"Mercure:PublishOrigins:{i}: `{origin}` must also be in Server:AllowedOrigins; otherwise the hub rejects its requests.");
            }
        }
    }

    private static void CheckKeys(string path, MercureKeysOptions keys, List<string> failures)
    {
        if (keys.JwksUrl is { } url && !KeyFetcher.IsSafe(url))
        {
            failures.Add($"{path}:JwksUrl: must be an https URL (http only on loopback).");
        }

        AuthCheck.CheckAlgorithms($"{path}:Algorithms", keys.Algorithms, failures);
        for (int i = 0; i < keys.Keys.Count; i++)
        {
            AuthCheck.CheckKey($"{path}:Keys:{i}", keys.Keys[i], failures);
        }
    }
}
