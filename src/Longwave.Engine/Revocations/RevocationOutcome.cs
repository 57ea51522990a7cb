namespace Longwave.Engine.Revocations;

/// <summary>What became of a revocation.</summary>
public enum RevocationOutcome
{
    /// <summary>It holds, also after a restart.</summary>
    Stored,

    /// <summary>As many revocations stand as the hub keeps; nothing was changed.</summary>
    TooMany,

    /// <summary>The disk is full; nothing was changed.</summary>
    DiskFull,

    /// <summary>Storage failed; nothing was changed.</summary>
    Failed,
}
