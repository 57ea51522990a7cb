using Longwave.Protocol.Urls;
using Longwave.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Http;

/// <summary>The address of the hub in the protocol's sense, <c>…/.well-known/mercure</c>.</summary>
internal sealed class HubAddress(LongwaveOptions options, ClientAddresses clients)
{
    /// <summary>Its path, below the prefix that the application chose.</summary>
    public const string Path = "/.well-known/mercure";

    private static readonly string[] OwnPaths = ["/.well-known/", "/v1/"];

    /// <summary>As the client of a request knows it.</summary>
    public string Of(HttpContext context)
    {
        if (options.Mercure.PublicUrl is { } url)
        {
            return url;
        }

        HttpRequest request = context.Request;
        return $"{clients.SchemeOf(context)}://{(request.Host.HasValue ? request.Host.Value : "localhost")}{Prefix(request)}{Path}";
    }

    /// <summary>The same, taken apart.</summary>
    public UrlParts PartsOf(HttpContext context) => UrlParts.Parse(Of(context)) ?? throw new BadHttpRequestException("The `Host` header is not a host.");

    /// <summary>What comes before the hub's own paths.</summary>
    private static string Prefix(HttpRequest request)
    {
        string path = request.Path.Value ?? "";
        int at = OwnPaths.Max(own => path.IndexOf(own, StringComparison.Ordinal));
        return request.PathBase.Value + (at > 0 ? path[..at] : "");
    }
}
