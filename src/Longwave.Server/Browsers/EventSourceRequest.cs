using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Longwave.Server.Browsers;

/// <summary>Recognizes requests of clients that implement <c>EventSource</c> of the HTML standard (section 9.2).</summary>
/// <remarks>
/// Such a client stops permanently after any status except 200, so the hub must not send it a temporary error status. Its request accepts exactly
/// <c>text/event-stream</c>, has the cache mode <c>no-store</c>, which the Fetch standard sends as <c>Cache-Control: no-cache</c>, and comes from a
/// browser or a runtime with the same <c>fetch</c>. Chromium and Firefox send the same headers for <c>EventSource</c> and for a <c>fetch</c> with these
/// two settings, so a client with a retry of its own has to differ in one of them. The TypeScript SDK also accepts <c>application/problem+json</c>.
/// </remarks>
internal static class EventSourceRequest
{
    private const string EventStream = "text/event-stream";

    /// <summary>Whether the request is one of <c>EventSource</c>.</summary>
    public static bool Is(HttpRequest request)
    {
        IHeaderDictionary headers = request.Headers;
        return HttpMethods.IsGet(request.Method)
            && headers.Accept.Count == 1
            && headers.Accept[0]!.Equals(EventStream, StringComparison.OrdinalIgnoreCase)
            && Contains(headers.CacheControl, "no-cache")
            && IsFromFetch(headers);
    }

    /// <summary>Whether a browser or a runtime with the Fetch standard sends the request. Over plain HTTP, browsers omit Fetch Metadata.</summary>
    private static bool IsFromFetch(IHeaderDictionary headers) =>
        headers.TryGetValue("Sec-Fetch-Mode", out StringValues mode)
            ? mode == "cors" || mode == "same-origin"
            : headers.UserAgent.ToString().StartsWith("Mozilla/", StringComparison.Ordinal);

    private static bool Contains(StringValues header, string directive)
    {
        foreach (string? value in header)
        {
            foreach (Range part in value.AsSpan().Split(','))
            {
                if (value.AsSpan()[part].Trim().Equals(directive, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
