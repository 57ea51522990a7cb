using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Longwave.Server.Mercure;

/// <summary>The token of a request: from the header, else the query (0.x), else a cookie. The first one found is used; the others are ignored.</summary>
/// <param name="Token">The token; null without one.</param>
/// <param name="IsCookie">Whether it is from a cookie, which the browser adds automatically.</param>
/// <param name="IsQuery">Whether it is in the URL.</param>
internal readonly record struct MercureCredential(string? Token, bool IsCookie, bool IsQuery)
{
    /// <summary>The cookie of 0.x.</summary>
    public const string LegacyCookie = "mercureAuthorization";

    /// <summary>The cookie of 1.0.</summary>
    public const string CurrentCookie = "__Secure-mercure_access_token";

    private const string Scheme = "Bearer ";

    /// <summary>Finds the token.</summary>
    public static Problem? TryFind(HttpRequest request, FormFields query, MercureOptions options, Dialect dialect, out MercureCredential carrier)
    {
        carrier = default;
        StringValues header = request.Headers.Authorization;
        if (header.Count > 0)
        {
            string value = header.ToString();
            if (header.Count > 1 || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || value.AsSpan(Scheme.Length).Trim(' ').IsEmpty)
            {
                return new Problem(
                    dialect == Dialect.Current ? ProblemTypes.BadRequest : ProblemTypes.InvalidToken, "`Authorization` is not `Bearer` and one token.", "Authorization");
            }

            carrier = new MercureCredential(value[Scheme.Length..].Trim(' '), IsCookie: false, IsQuery: false);
            return null;
        }

        if (dialect == Dialect.Legacy && query.First("authorization") is { Length: > 0 } token)
        {
            carrier = new MercureCredential(token, IsCookie: false, IsQuery: true);
            return options.QueryTokens
                ? null
                : new Problem(ProblemTypes.InvalidToken, "Tokens in the URL are disabled (`Mercure:QueryTokens`); use a cookie or a header.", "authorization");
        }

        if (dialect == Dialect.Current && (query.Has("access_token") || query.Has("authorization")))
        {
            // If it were ignored, an authenticated client would become anonymous without notice.
            return new Problem(ProblemTypes.BadRequest, "1.0 does not accept a token in the URL; use a cookie or the header `Authorization`.", "access_token");
        }

        if (Cookie(request.Cookies, options, dialect) is { Length: > 0 } cookie)
        {
            carrier = new MercureCredential(cookie, IsCookie: true, IsQuery: false);
        }

        return null;
    }

    /// <summary>Only the kind, so that the secret is never printed.</summary>
    public override string ToString() => Token is null ? "none" : IsCookie ? "cookie" : IsQuery ? "query" : "header";

    /// <summary>The cookie of the dialect. During a migration a browser has both cookies.</summary>
    private static string? Cookie(IRequestCookieCollection cookies, MercureOptions options, Dialect dialect) =>
        options.CookieName is { } name ? cookies[name]
        : dialect == Dialect.Legacy ? cookies[LegacyCookie] ?? cookies[CurrentCookie]
        : cookies[CurrentCookie] ?? cookies[LegacyCookie];
}
