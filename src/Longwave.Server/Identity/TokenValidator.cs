using Longwave.Engine.Access;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Longwave.Server.Identity;

/// <summary>
/// Validates a token (JWT). The order matters: 1. size; 2. format and header, by our own strict parser; 3. the configured issuer that it
/// names; 4. keys of that issuer that allow its algorithm; 5. signature, issuer and audience, by Microsoft.IdentityModel; 6. times.
/// Nothing is fetched from a URL in a token.
/// </summary>
internal sealed class TokenValidator(
    AuthOptions options, IssuerDirectory issuers, IEnumerable<IGrantVocabulary> vocabularies, PatternCompiler compiler, GrantSet publicGrants, TimeProvider clock)
{
    private const int Parts = 3;
    private const int MaxHeaderLength = 4_096;

    private readonly IGrantVocabulary[] _vocabularies = [.. vocabularies];
    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = options.MaxTokenBytes, SetDefaultTimesOnTokenCreation = false };

    /// <summary>Whether the type of a token is access token (RFC 9068). The token is not verified.</summary>
    public static bool IsAccessToken(string token)
    {
        int end = token.IndexOf('.', StringComparison.Ordinal);
        return end is > 0 and < MaxHeaderLength && Base64Text.TryDecode(token.AsSpan(0, end), out byte[] json)
            && TokenHeader.TryRead(json, out TokenHeader header) is null && header.IsAccessToken;
    }

    /// <summary>Returns the caller, or why the token is rejected.</summary>
    /// <param name="context">The request.</param>
    /// <param name="token">The token.</param>
    /// <param name="hubUrl">The hub's address, for relative URL patterns.</param>
    /// <param name="own">Keys without an issuer whose tokens are also accepted, with their rules; or null.</param>
    public async ValueTask<Authentication> ValidateAsync(HttpContext context, string token, string hubUrl, TrustedKeys? own = null)
    {
        if (token.Length > options.MaxTokenBytes)
        {
            return Refuse($"is larger than {options.MaxTokenBytes} bytes");
        }

        string[] parts = token.Split('.', Parts + 1);
        if (parts.Length != Parts)
        {
            return Refuse(parts.Length > Parts ? "is encrypted or is not a token; the hub accepts only signed tokens" : "is not a token");
        }

        if (parts[2].Length == 0 || !Base64Text.TryDecode(parts[2], out _)
            || !Base64Text.TryDecode(parts[0], out byte[] headerJson) || !Base64Text.TryDecode(parts[1], out byte[] claimsJson))
        {
            return Refuse("is not a signed token");
        }

        if (TokenHeader.TryRead(headerJson, out TokenHeader header) is { } badHeader)
        {
            return Refuse(badHeader);
        }

        var scope = new TokenScope(options.MaxGrants, options.MaxGrantCost, hubUrl);
        TokenClaims claims = null!;
        return await compiler.RunAsync(context, () => TokenClaims.TryRead(claimsJson, header, scope, _vocabularies, out claims) is { } bad ? Refuse(bad).Problem : null) is { } problem ? new Authentication(problem)
            : own is not null && issuers.FindIssuer(claims.Issuer) is null ? await ValidateOwnAsync(token, header, claims, own)
            : claims.Missing is { } missing ? Refuse(missing)
            : await ValidateAsync(token, header, claims);
    }

    private async ValueTask<Authentication> ValidateAsync(string token, TokenHeader header, TokenClaims claims)
    {
        if (issuers.FindIssuer(claims.Issuer) is not { } issuer)
        {
            return Refuse("has an issuer that this hub does not accept (`iss`)");
        }

        return await VerifyAsync(token, header, issuer, Parameters(issuer)) is { } refused ? new Authentication(refused)
            : CheckTimes(claims) is { } problem ? Refuse(problem)
            : new Authentication(ToCaller(claims, claims.Subject, claims.Grants));
    }

    /// <summary>Validates a token signed with keys that belong to no issuer. The rules of those keys decide which claims are required.</summary>
    private async ValueTask<Authentication> ValidateOwnAsync(string token, TokenHeader header, TokenClaims claims, TrustedKeys own)
    {
        if (own.Check(header, claims) is { } wrong)
        {
            return Refuse(wrong);
        }

        var parameters = new TokenValidationParameters
        {
            RequireSignedTokens = true, ValidateIssuerSigningKey = true, TryAllIssuerSigningKeys = true, ValidateIssuer = false, ValidateAudience = false, ValidateLifetime = false,
        };
        return await VerifyAsync(token, header, own.Keys, parameters) is { } refused ? new Authentication(refused)
            : claims.NotBefore > clock.GetUtcNow() + options.ClockSkew ? Refuse("is not valid yet (`nbf`)")
            : new Authentication(ToCaller(claims, claims.Subject.Length == 0 ? null : claims.Subject, own.Narrow(claims.Grants)));
    }

    private async ValueTask<Problem?> VerifyAsync(string token, TokenHeader header, IssuerKeys issuer, TokenValidationParameters parameters)
    {
        IReadOnlyList<VerificationKey> keys = await issuer.FindAsync(header);
        if (keys.Count == 0)
        {
            return issuer.IsEmpty
                ? new Problem(ProblemTypes.IdentityUnavailable, "The hub has not fetched the keys of the token's issuer yet.")
                : Refuse("is signed with a key or an algorithm that the hub does not accept from its issuer").Problem;
        }

        parameters.IssuerSigningKeyResolver = (_, _, _, _) => keys.Select(static key => key.Key);
        parameters.ValidAlgorithms = [header.Algorithm];
        TokenValidationResult result = await _handler.ValidateTokenAsync(token, parameters);
        return result.IsValid
            ? null
            : Refuse(result.Exception is SecurityTokenInvalidAudienceException ? "is for another audience (`aud`)" : "has an invalid signature").Problem;
    }

    private Caller ToCaller(TokenClaims claims, string? subject, GrantSet grants) => new(claims.Issuer, subject, grants, publicGrants)
    {
        TokenId = claims.TokenId,
        IssuedAt = claims.IssuedAt,
        ExpiresAt = claims.ExpiresAt,
        Claimed = claims.Claimed,
        HasToken = true,
    };

    private static TokenValidationParameters Parameters(IssuerKeys issuer) => new()
    {
        RequireSignedTokens = true,
        ValidateIssuerSigningKey = true,
        TryAllIssuerSigningKeys = true,
        ValidateIssuer = true,
        ValidIssuer = issuer.Issuer,
        ValidateAudience = true,
        ValidAudiences = issuer.Audiences,

        // Checked below with the TimeProvider.
        ValidateLifetime = false,
    };

    private string? CheckTimes(TokenClaims claims)
    {
        DateTimeOffset now = clock.GetUtcNow();
        DateTimeOffset expires = claims.ExpiresAt!.Value;
        return now >= expires + options.ClockSkew ? "has expired (`exp`)"
            : claims.NotBefore > now + options.ClockSkew ? "is not valid yet (`nbf`)"
            : claims.IssuedAt > now + options.ClockSkew ? "was issued in the future (`iat`)"
            : expires > now + options.MaxTokenLifetime + options.ClockSkew ? $"is valid for longer than the hub accepts, {options.MaxTokenLifetime.TotalHours:0.#} hours (`exp`)"
            : null;
    }

    private static Authentication Refuse(string clause) => new(new Problem(ProblemTypes.InvalidToken, $"The token {clause}."));
}
