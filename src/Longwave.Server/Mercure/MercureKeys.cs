using Longwave.Server.Configuration;

namespace Longwave.Server.Mercure;

/// <summary>The key sets of the protocol's roles, as the directory of issuers holds them.</summary>
internal static class MercureKeys
{
    /// <summary>The name of a role's key set: also what log messages call it.</summary>
    public static string NameOf(MercureRole role) => $"Mercure:{role}";

    /// <summary>The key sets that are configured; none when the protocol is off.</summary>
    public static IEnumerable<IssuerOptions> Of(MercureOptions options)
    {
        if (options is { Enabled: true, Publisher.IsSet: true })
        {
            yield return options.Publisher.AsIssuer(NameOf(MercureRole.Publisher));
        }

        if (options is { Enabled: true, Subscriber.IsSet: true })
        {
            yield return options.Subscriber.AsIssuer(NameOf(MercureRole.Subscriber));
        }
    }
}
