using Longwave.Protocol.Urls;
using Longwave.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Http;

/// <summary>The URL of the hub as the Mercure protocol defines it, <c>…/.well-known/mercure</c>.</summary>
internal sealed class HubAddress(LongwaveOptions options, ClientAddresses clients)
{
    /// <summary>Path of the hub, below the prefix of the application.</summary>
    public const string Path = "/.well-known/mercure";

    private static readonly string[] OwnPaths = ["/.well-known/", "/v1/"];

    /// <summary>The URL as the client of a request knows it.</summary>
    public string Of(HttpContext context)
    {
        if (options.Mercure.PublicUrl is { } url)
        {
            return url;
        }

        HttpRequest request = context.Request;
        return $"{clients.SchemeOf(context)}://{(request.Host.HasValue ? request.Host.Value : "localhost")}{Prefix(request)}{Path}";
    }

    /// <summary>The parts of the URL.</summary>
    public UrlParts PartsOf(HttpContext context) => UrlParts.Parse(Of(context)) ?? throw new BadHttpRequestException("The `Host` header is not a host.");

    /// <summary>The path prefix before the hub's own paths.</summary>
    private static string Prefix(HttpRequest request)
    {
        string path = request.Path.Value ?? "";
        int at = OwnPaths.Max(own => path.IndexOf(own, StringComparison.Ordinal));
        return request.PathBase.Value + (at > 0 ? path[..at] : "");
    }
}
