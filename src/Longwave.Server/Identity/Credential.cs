using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Longwave.Server.Identity;

/// <summary>The credential of a request: a header, a ticket or a token in the query, or a cookie; only one of them.</summary>
internal readonly record struct Credential
{
    /// <summary>The cookie that holds a token.</summary>
    public const string CookieName = "longwave_token";

    private const string Scheme = "Bearer ";

    private Credential(CredentialKind kind, string secret) => (Kind, Secret) = (kind, secret);

    /// <summary>The kind of credential.</summary>
    public CredentialKind Kind { get; }

    /// <summary>The secret.</summary>
    public string Secret { get; } = "";

    /// <summary>Finds the credential. An explicit header takes precedence over the cookie, which the browser adds automatically.</summary>
    /// <param name="request">The request.</param>
    /// <param name="ticket">The query's <c>ticket</c>, or null.</param>
    /// <param name="queryToken">The query's <c>access_token</c>, or null.</param>
    /// <param name="carrier">The credential.</param>
    public static Problem? TryFind(HttpRequest request, string? ticket, string? queryToken, out Credential carrier)
    {
        carrier = default;
        StringValues header = request.Headers.Authorization;
        int ways = Math.Min(header.Count, 1) + (ticket is null ? 0 : 1) + (queryToken is null ? 0 : 1);
        if (ways > 1 || header.Count > 1)
        {
            // RFC 6750, section 2: one method per request.
            return new Problem(ProblemTypes.BadRequest, "The request carries two credentials; send only one.", "Authorization");
        }

        if (header.Count == 1)
        {
            string value = header.ToString();
            if (!value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || value.AsSpan(Scheme.Length).Trim(' ').IsEmpty)
            {
                return new Problem(ProblemTypes.InvalidToken, "`Authorization` must be `Bearer`, a space and a token.");
            }

            carrier = new Credential(CredentialKind.Header, value[Scheme.Length..].Trim(' '));
        }
        else if (ticket is not null)
        {
            carrier = new Credential(CredentialKind.Ticket, ticket);
        }
        else if (queryToken is not null)
        {
            carrier = new Credential(CredentialKind.Query, queryToken);
        }
        else if (request.Cookies.TryGetValue(CookieName, out string? cookie))
        {
            carrier = new Credential(CredentialKind.Cookie, cookie);
        }

        return null;
    }

    /// <summary>Only the kind, so that the secret is never printed.</summary>
    public override string ToString() => Kind.ToString();
}
