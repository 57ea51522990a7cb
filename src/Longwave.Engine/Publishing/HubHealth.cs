namespace Longwave.Engine.Publishing;

/// <summary>What the hub can do just now.</summary>
public enum HubHealth
{
    /// <summary>Everything.</summary>
    Healthy,

    /// <summary>Streams go on; publishing is refused until there is room on the disk.</summary>
    DiskFull,

    /// <summary>Streams go on; writing the log failed, and publishing is stopped until a restart.</summary>
    PublishingStopped,

    /// <summary>A background loop has failed: part of the hub does nothing until a restart (<see cref="Health.BackgroundLoops.Failed"/> names it).</summary>
    Failed,

    /// <summary>The hub is leaving: no new streams.</summary>
    Draining,
}
