using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Engine.Configuration;

/// <summary>Settings of the log and the fan-out. The limits are in <see cref="HubLimits"/>.</summary>
public sealed class EngineOptions
{
    /// <summary>Directory of the log; created if missing.</summary>
    [Required]
    [Description("Directory of the log (`longwave.db`); created if missing. Only one hub at a time can use it.")]
    public string DataDirectory { get; set; } = "./longwave-data";

    /// <summary>Number of shards, which deliver events; zero is one per core.</summary>
    [Range(0, 256)]
    [Description("Number of threads that deliver events to subscribers; 0 is one per core.")]
    public int Shards { get; set; }

    /// <summary>Number of threads that read storage for subscribers that catch up.</summary>
    [Range(1, 64)]
    [Description("Number of threads that read storage for subscribers that catch up.")]
    public int CatchUpReaders { get; set; } = 2;

    /// <summary>Interval between heartbeats on a stream.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    [Description("Interval between heartbeats on a stream. Choose it shorter than the idle time-out of every proxy between client and hub.")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Age at which the hub asks a stream to reconnect; zero is never.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    [Description("Age (± 10 %) at which the hub asks a stream to reconnect, so that clients spread over a changed set of hubs; `00:00:00` is never.")]
    public TimeSpan MaxConnectionAge { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Time after which the hub closes a stream that accepts no bytes while data waits.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    [Description("Time after which the hub closes a stream that accepts no bytes while data waits: its peer is dead or never reads.")]
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Shortest reconnection time sent to clients.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    [Description("Shortest reconnection time (`retry:`) sent to a client. Each client gets a random time between RetryMin and RetryMax.")]
    public TimeSpan RetryMin { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest reconnection time sent to clients.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    [Description("Longest reconnection time (`retry:`) sent to a client.")]
    public TimeSpan RetryMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time over which a draining hub ends its streams.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    [Description("Time over which a draining hub ends its streams. Each client reconnects after the window and RestartTime, at a random time within another window.")]
    public TimeSpan DrainWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time that a restart takes, from the end of the drain until the hub listens again.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    [Description("Time that a restart takes, from the end of the drain until the next hub listens. Clients of a draining hub reconnect after it. A page of another origin in Firefox loses its `EventSource` permanently if it finds no hub, so use a value that no restart exceeds.")]
    public TimeSpan RestartTime { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Time for which the hub remembers an idempotency key.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    [Description("Time for which the hub remembers an idempotency key, also across restarts; `00:00:00` disables the check.")]
    public TimeSpan IdempotencyWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Interval at which the hub applies retention.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    [Description("Interval at which the hub applies retention.")]
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time after which the hub accepts a jump of the system clock.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    [Description("Time for which the system clock must keep a new time before the hub accepts a jump of more than two seconds. Until then, times of events and retention continue with the time before the jump. After a start, retention waits as long before it counts the time that the hub was down.")]
    public TimeSpan ClockConfirmation { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Size of the log up to which the hub checks its structure at each start, in bytes.</summary>
    [Range(0, long.MaxValue)]
    [Description("Size of the log in bytes up to which the hub checks the structure of all its pages at each start, some tenths of a second for the default. `longwave check` examines larger logs.")]
    public long StructureCheckBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Disk space that the hub reserves for retention, in bytes.</summary>
    [Range(0, 1024L * 1024 * 1024)]
    [Description("Disk space in bytes that the hub reserves for retention (`longwave.reserve`); at most an eighth of the file system. On a full disk the hub releases it, so that retention can remove expired events, and creates it again when there is room. 0 reserves none; retention then may be unable to run on a full disk.")]
    public long DiskReserveBytes { get; set; } = 24 * 1024 * 1024;

    /// <summary>Policies of topics: retention, durability and handling of slow clients.</summary>
    [Description("Policies of topics: retention, durability and handling of slow clients. Events of a topic that matches no policy are kept in the log for seven days.")]
    public IList<TopicPolicy> Policies { get; set; } = [];

    /// <summary>Limits of the hub.</summary>
    [Description("Limits of the hub.")]
    public HubLimits Limits { get; set; } = new();

    /// <summary>Time until the next hub listens.</summary>
    /// <param name="draining">Time since the beginning of the drain.</param>
    internal TimeSpan UntilRestart(TimeSpan draining) => RestartTime + (draining < DrainWindow ? DrainWindow - draining : TimeSpan.Zero);
}
