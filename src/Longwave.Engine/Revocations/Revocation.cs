namespace Longwave.Engine.Revocations;

/// <summary>A revocation, as it stands.</summary>
/// <param name="Kind">What it names.</param>
/// <param name="Issuer">The issuer whose tokens it is about; empty for any.</param>
/// <param name="Value">The token id or the subject.</param>
public readonly record struct Revocation(RevocationKind Kind, string Issuer, string Value);
