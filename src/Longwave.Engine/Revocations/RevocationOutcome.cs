namespace Longwave.Engine.Revocations;

/// <summary>Outcome of a revocation.</summary>
public enum RevocationOutcome
{
    /// <summary>The revocation is in effect, also after a restart.</summary>
    Stored,

    /// <summary>Rejected: the number of revocations has reached the limit; nothing changed.</summary>
    TooMany,

    /// <summary>Rejected: the disk is full; nothing changed.</summary>
    DiskFull,

    /// <summary>Storage failed; nothing changed.</summary>
    Failed,
}
