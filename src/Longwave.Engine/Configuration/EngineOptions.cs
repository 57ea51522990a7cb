using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Engine.Configuration;

/// <summary>What an operator can set about the log and the fan-out; the bounds are in <see cref="HubLimits"/>.</summary>
public sealed class EngineOptions
{
    /// <summary>Directory of the log; made when missing.</summary>
    [Required]
    [Description("Directory of the log (`longwave.db`); made when missing. One hub at a time may use it.")]
    public string DataDirectory { get; set; } = "./longwave-data";

    /// <summary>Shards that deliver; zero is one per core.</summary>
    [Range(0, 256)]
    [Description("Threads that deliver to subscribers; 0 is one per core.")]
    public int Shards { get; set; }

    /// <summary>Threads that read storage for catching-up subscribers.</summary>
    [Range(1, 64)]
    [Description("Threads that read storage for subscribers that are catching up.")]
    public int CatchUpReaders { get; set; } = 2;

    /// <summary>Time between heartbeats on a stream.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    [Description("Time between heartbeats on a stream. Below the idle time-out of every proxy on the way.")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Age at which a stream is asked to reconnect; zero is never.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    [Description("Age (± 10 %) at which a stream is asked to reconnect, so that clients spread over a changed fleet; `00:00:00` is never.")]
    public TimeSpan MaxConnectionAge { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long a stream may take nothing while data waits for it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    [Description("How long a stream may take nothing while data waits for it, before it is closed: dead peers and clients that never read.")]
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Shortest reconnection time sent to clients.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    [Description("Shortest reconnection time (`retry:`) sent to a client; each gets a random one up to RetryMax.")]
    public TimeSpan RetryMin { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest reconnection time sent to clients.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    [Description("Longest reconnection time (`retry:`) sent to a client.")]
    public TimeSpan RetryMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Window over which a leaving hub spreads its clients.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    [Description("Window over which a leaving hub sends its clients away; each is told to come back at a random time within it.")]
    public TimeSpan DrainWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an idempotency key is remembered.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    [Description("How long an idempotency key is remembered, restarts included; `00:00:00` switches the check off.")]
    public TimeSpan IdempotencyWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often retention is applied.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    [Description("How often retention is applied.")]
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Retention, durability and the way with slow clients by topic.</summary>
    [Description("Retention, durability and the way with slow clients by topic; topics that no policy matches are kept for seven days, in the log.")]
    public IList<TopicPolicy> Policies { get; set; } = [];

    /// <summary>Every bound.</summary>
    [Description("Every bound of the hub.")]
    public HubLimits Limits { get; set; } = new();
}
