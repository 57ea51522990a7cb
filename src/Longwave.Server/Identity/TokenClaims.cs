using System.Text.Json;
using Longwave.Engine.Access;
using Longwave.Server.Mercure;

namespace Longwave.Server.Identity;

/// <summary>What a token claims (RFC 7519, section 4.1). Read before the signature is checked, believed after.</summary>
internal sealed class TokenClaims
{
    private const int MaxAudiences = 100;
    private const int MaxTextLength = 1_024;

    public string Issuer { get; private set; } = "";

    public string Subject { get; private set; } = "";

    public IReadOnlyList<string> Audiences { get; private set; } = [];

    public DateTimeOffset? ExpiresAt { get; private set; }

    public DateTimeOffset? NotBefore { get; private set; }

    public DateTimeOffset? IssuedAt { get; private set; }

    public string? TokenId { get; private set; }

    /// <summary>The claim <c>longwave</c>: what its subject may do.</summary>
    public GrantSet Grants { get; private set; } = GrantSet.Nothing;

    /// <summary>What it says in Mercure's words, or null.</summary>
    public MercureClaims? Mercure { get; private set; }

    /// <summary>What a token of an issuer must say and this one does not, in a clause that goes on "the token …", or null.</summary>
    public string? Missing => Issuer.Length == 0 ? "does not say who issued it (`iss`)"
        : Subject.Length == 0 ? "does not say whose it is (`sub`)"
        : ExpiresAt is null ? "does not say when it expires (`exp`)"
        : null;

    /// <summary>All that it grants, in whatever words.</summary>
    public GrantSet AllGrants => Mercure is null ? Grants : new GrantSet
    {
        Publish = [.. Grants.Publish, .. Mercure.Publish],
        Subscribe = [.. Grants.Subscribe, .. Mercure.Subscribe],
        IsAdmin = Grants.IsAdmin,
    };

    /// <summary>Reads them.</summary>
    /// <param name="json">The claims.</param>
    /// <param name="header">The header of the same token: its type says in which words it may grant.</param>
    /// <param name="scope">What their meaning depends on.</param>
    /// <param name="claims">The claims.</param>
    /// <returns>What is wrong with them, in a clause that goes on "the token …", or null.</returns>
    public static string? TryRead(ReadOnlySpan<byte> json, TokenHeader header, TokenScope scope, out TokenClaims claims)
    {
        var read = new TokenClaims();
        claims = read;
        return TokenJson.ForEach(json, (string name, ref Utf8JsonReader reader) => read.Take(name, ref reader, header, scope));
    }

    private string? Take(string name, ref Utf8JsonReader reader, TokenHeader header, TokenScope scope)
    {
        string? problem;
        switch (name)
        {
            case "iss":
                return (Issuer = Short(ref reader)).Length > 0 ? null : Wrong(name);
            case "sub":
                return (Subject = Short(ref reader)).Length > 0 ? null : Wrong(name);
            case "jti":
                return (TokenId = Short(ref reader)).Length > 0 ? null : Wrong(name);
            case "aud":
                Audiences = TokenJson.Texts(ref reader, MaxAudiences) ?? [];
                return Audiences.Count > 0 ? null : Wrong(name);
            case "exp":
                return (ExpiresAt = TokenJson.Time(ref reader)) is null ? Wrong(name) : null;
            case "nbf":
                return (NotBefore = TokenJson.Time(ref reader)) is null ? Wrong(name) : null;
            case "iat":
                return (IssuedAt = TokenJson.Time(ref reader)) is null ? Wrong(name) : null;
            case "longwave":
                problem = GrantClaim.TryRead(ref reader, scope.MaxGrants, out GrantSet grants);
                Grants = grants;
                return problem;
            case "mercure" or "https://mercure.rocks/" when !header.IsAccessToken && Mercure is null:
                problem = LegacyClaim.TryRead(ref reader, scope.MaxGrants, out MercureClaims legacy);
                Mercure = legacy;
                return problem;
            case "authorization_details" when header.IsAccessToken:
                problem = AuthorizationDetails.TryRead(ref reader, scope, out MercureClaims details);
                Mercure = details;
                return problem;
            default:
                reader.Skip();
                return null;
        }
    }

    private static string Short(ref Utf8JsonReader reader) => TokenJson.Text(ref reader) is { Length: <= MaxTextLength } text ? text : "";

    private static string Wrong(string claim) => $"has a claim `{claim}` that is none";
}
