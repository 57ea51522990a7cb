namespace Longwave.Engine.Revocations;

/// <summary>A revocation in effect.</summary>
/// <param name="Kind">Kind of the revoked object.</param>
/// <param name="Issuer">Issuer of the revoked tokens; empty for any.</param>
/// <param name="Value">The token id or the subject.</param>
public readonly record struct Revocation(RevocationKind Kind, string Issuer, string Value);
