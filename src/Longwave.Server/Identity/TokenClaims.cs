using System.Text.Json;
using Longwave.Engine.Grants;

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

    /// <summary>Reads them.</summary>
    /// <returns>What is wrong with them, in a clause that goes on "the token …", or null.</returns>
    public static string? TryRead(ReadOnlySpan<byte> json, int maxGrants, out TokenClaims claims)
    {
        var read = new TokenClaims();
        claims = read;
        return TokenJson.ForEach(json, (string name, ref Utf8JsonReader reader) => read.Take(name, ref reader, maxGrants))
            ?? (read.Issuer.Length == 0 ? "does not say who issued it (`iss`)"
                : read.Subject.Length == 0 ? "does not say whose it is (`sub`)"
                : read.ExpiresAt is null ? "does not say when it expires (`exp`)"
                : null);
    }

    private string? Take(string name, ref Utf8JsonReader reader, int maxGrants)
    {
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
                string? problem = GrantClaim.TryRead(ref reader, maxGrants, out GrantSet grants);
                Grants = grants;
                return problem;
            default:
                reader.Skip();
                return null;
        }
    }

    private static string Short(ref Utf8JsonReader reader) => TokenJson.Text(ref reader) is { Length: <= MaxTextLength } text ? text : "";

    private static string Wrong(string claim) => $"has a claim `{claim}` that is none";
}
