using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Longwave.Server.Browsers;

/// <summary>Response headers for browsers: rights of pages of other origins (CORS; Fetch standard, section 3.3), and restrictions of all pages.</summary>
internal sealed class BrowserHeaders(HttpContext context, OriginTrust trust)
{
    /// <summary>Response headers that pages of other origins may read, beside those that CORS always allows.</summary>
    private const string Exposed = "Allow, ETag, Last-Event-ID, Link, Location, Mercure-Last-Event-ID, Longwave-Connection, Retry-After, WWW-Authenticate";

    /// <summary>Cache lifetime of a preflight, in seconds; a removed origin may keep its access this long.</summary>
    private const string MaxAgeSeconds = "600";

    /// <summary>Content security policy of all answers except the page, which has its own: a browser must not render them.</summary>
    private const string ShowNothing = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Characters of header names (RFC 9110, section 5.6.2) and their separators.</summary>
    private static readonly SearchValues<char> HeaderNames = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ, ");

    /// <summary>Sets the headers, just before the response starts.</summary>
    public Task Set()
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = ShowNothing;
        }

        // Also without an origin, so that a cache does not return this answer to a page.
        Vary(headers, "Origin");
        if (trust is OriginTrust.Listed or OriginTrust.Anyone)
        {
            AllowPage(headers);
        }

        return Task.CompletedTask;
    }

    private void AllowPage(IHeaderDictionary headers)
    {
        if (trust == OriginTrust.Listed)
        {
            headers.AccessControlAllowOrigin = context.Request.Headers.Origin;
            headers.AccessControlAllowCredentials = "true";
        }
        else
        {
            headers.AccessControlAllowOrigin = "*";
        }

        headers.AccessControlExposeHeaders = Exposed;
        if (HttpMethods.IsOptions(context.Request.Method) && context.Request.Headers.AccessControlRequestMethod.Count > 0)
        {
            AnswerPreflight(headers);
        }
    }

    /// <summary>Answers a preflight: allows the methods of the endpoint and all requested headers, because an allowed origin may send any request.</summary>
    private void AnswerPreflight(IHeaderDictionary headers)
    {
        headers.AccessControlAllowMethods = headers.Allow;
        headers.AccessControlMaxAge = MaxAgeSeconds;
        string asked = context.Request.Headers.AccessControlRequestHeaders.ToString();
        if (asked.Length > 0 && !asked.AsSpan().ContainsAnyExcept(HeaderNames))
        {
            headers.AccessControlAllowHeaders = asked;
        }

        Vary(headers, "Access-Control-Request-Headers");
    }

    private static void Vary(IHeaderDictionary headers, string name) =>
        headers.Vary = StringValues.IsNullOrEmpty(headers.Vary) ? name : $"{headers.Vary}, {name}";
}
