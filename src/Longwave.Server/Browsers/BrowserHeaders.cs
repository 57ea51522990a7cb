using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Longwave.Server.Browsers;

/// <summary>The headers of an answer that are for browsers: what pages of other origins may do (CORS; Fetch standard, section 3.3), and what nobody may.</summary>
internal sealed class BrowserHeaders(HttpContext context, OriginTrust trust)
{
    /// <summary>What a page may read of an answer beside its body and the headers that every page may read.</summary>
    private const string Exposed = "Allow, ETag, Last-Event-ID, Link, Location, Mercure-Last-Event-ID, Longwave-Connection, Retry-After, WWW-Authenticate";

    /// <summary>How long a browser remembers a preflight, in seconds: an origin that is taken off the list is out after that.</summary>
    private const string MaxAgeSeconds = "600";

    /// <summary>Nothing is for being shown but the page, which brings a policy of its own.</summary>
    private const string ShowNothing = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Names of headers (RFC 9110, section 5.6.2) and what separates them.</summary>
    private static readonly SearchValues<char> HeaderNames = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ, ");

    /// <summary>Sets them, just before the answer begins to leave.</summary>
    public Task Set()
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = ShowNothing;
        }

        // Also without an origin: a cache must not give this answer to a page.
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

    /// <summary>The methods are those of the address, and any header may be asked for: whoever may send the request may send all of it.</summary>
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
