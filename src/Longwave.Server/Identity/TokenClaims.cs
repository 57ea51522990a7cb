using System.Text.Json;
using Longwave.Engine.Access;

namespace Longwave.Server.Identity;

/// <summary>The claims of a token (RFC 7519, section 4.1). Read before the signature is verified, trusted only afterwards.</summary>
internal sealed class TokenClaims
{
    private const int MaxAudiences = 100;
    private const int MaxTextLength = 1_024;

    private readonly List<ClaimedGrants> _claimed = [];

    public string Issuer { get; private set; } = "";

    public string Subject { get; private set; } = "";

    public IReadOnlyList<string> Audiences { get; private set; } = [];

    public DateTimeOffset? ExpiresAt { get; private set; }

    public DateTimeOffset? NotBefore { get; private set; }

    public DateTimeOffset? IssuedAt { get; private set; }

    public string? TokenId { get; private set; }

    /// <summary>The rights that the token grants, one entry per vocabulary.</summary>
    public IReadOnlyList<ClaimedGrants> Claimed => _claimed;

    /// <summary>The first required claim that is missing, as a clause that continues "the token …", or null.</summary>
    public string? Missing => Issuer.Length == 0 ? "has no issuer (`iss`)"
        : Subject.Length == 0 ? "has no subject (`sub`)"
        : ExpiresAt is null ? "has no expiry time (`exp`)"
        : null;

    /// <summary>Every right that the token grants, in any vocabulary.</summary>
    public GrantSet Grants => new()
    {
        Publish = [.. _claimed.SelectMany(static claim => claim.Publish)],
        Subscribe = [.. _claimed.SelectMany(static claim => claim.Subscribe)],
        IsAdmin = _claimed.Exists(static claim => claim.IsAdmin),
    };

    /// <summary>Reads the claims.</summary>
    /// <param name="json">The claims as JSON.</param>
    /// <param name="header">The header of the token; its type decides which vocabularies may grant rights.</param>
    /// <param name="scope">The context outside the token that the meaning of a claim depends on.</param>
    /// <param name="vocabularies">The vocabularies that the hub knows.</param>
    /// <param name="claims">The claims.</param>
    /// <returns>The problem, as a clause that continues "the token …", or null.</returns>
    public static string? TryRead(
        ReadOnlySpan<byte> json, TokenHeader header, TokenScope scope, IReadOnlyList<IGrantVocabulary> vocabularies, out TokenClaims claims)
    {
        var read = new TokenClaims();
        claims = read;
        string?[] granting = new string?[vocabularies.Count];
        return TokenJson.ForEach(json, (string name, ref Utf8JsonReader reader) => read.ReadRegistered(name, ref reader, out string? problem)
            ? problem
            : read.ReadGrants(name, ref reader, header, scope, vocabularies, granting));
    }

    /// <summary>Reads a registered claim (RFC 7519, section 4.1). Returns false for every other claim.</summary>
    private bool ReadRegistered(string name, ref Utf8JsonReader reader, out string? problem)
    {
        bool isValid;
        switch (name)
        {
            case "iss":
                isValid = (Issuer = Short(ref reader)).Length > 0;
                break;
            case "sub":
                isValid = (Subject = Short(ref reader)).Length > 0;
                break;
            case "jti":
                isValid = (TokenId = Short(ref reader)).Length > 0;
                break;
            case "aud":
                isValid = (Audiences = TokenJson.Texts(ref reader, MaxAudiences) ?? []).Count > 0;
                break;
            case "exp":
                isValid = (ExpiresAt = TokenJson.Time(ref reader)) is not null;
                break;
            case "nbf":
                isValid = (NotBefore = TokenJson.Time(ref reader)) is not null;
                break;
            case "iat":
                isValid = (IssuedAt = TokenJson.Time(ref reader)) is not null;
                break;
            default:
                problem = null;
                return false;
        }

        problem = isValid ? null : $"has an invalid claim `{name}`";
        return true;
    }

    private string? ReadGrants(
        string name, ref Utf8JsonReader reader, TokenHeader header, TokenScope scope, IReadOnlyList<IGrantVocabulary> vocabularies, string?[] granting)
    {
        for (int i = 0; i < granting.Length; i++)
        {
            if (!vocabularies[i].Knows(name, header))
            {
                continue;
            }

            // Two claims of one vocabulary are ambiguous; a guess could grant too much.
            if (granting[i] is { } first)
            {
                return $"grants rights in two claims of one kind, `{first}` and `{name}`";
            }

            granting[i] = name;
            string? problem = vocabularies[i].TryRead(ref reader, scope, out ClaimedGrants grants);
            _claimed.Add(grants);
            return problem;
        }

        reader.Skip();
        return null;
    }

    private static string Short(ref Utf8JsonReader reader) => TokenJson.Text(ref reader) is { Length: <= MaxTextLength } text ? text : "";
}
