namespace Longwave.Engine.Publishing;

/// <summary>State of the hub.</summary>
public enum HubHealth
{
    /// <summary>Everything works.</summary>
    Healthy,

    /// <summary>
    /// Everything works, with the time from before a jump of the system clock, until the clock is right again or its new time is accepted.
    /// </summary>
    ClockJumped,

    /// <summary>Streams continue; publishing is rejected until the disk has free space.</summary>
    DiskFull,

    /// <summary>Streams continue; a write of the log failed, and publishing is stopped until a restart.</summary>
    PublishingStopped,

    /// <summary>
    /// A background loop has failed: a part of the hub is stopped until a restart (<see cref="Health.BackgroundLoops.Failed"/> contains its name).
    /// </summary>
    Failed,

    /// <summary>The hub is draining and accepts no new streams.</summary>
    Draining,
}
