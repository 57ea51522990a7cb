namespace Longwave.Engine.Revocations;

/// <summary>Kind of the revoked object.</summary>
public enum RevocationKind
{
    /// <summary>One token, by its id (<c>jti</c>).</summary>
    Token,

    /// <summary>Every token of a subject that was issued before the revocation, and its API keys.</summary>
    Subject,
}
