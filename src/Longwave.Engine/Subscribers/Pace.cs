namespace Longwave.Engine.Subscribers;

/// <summary>When a subscriber that asked for few deliveries gets its next one. Of its shard.</summary>
internal sealed class Pace(TimeSpan interval)
{
    /// <summary>Least time between two deliveries.</summary>
    public TimeSpan Interval { get; } = interval;

    /// <summary>Timestamp before which nothing is delivered.</summary>
    public long Due { get; set; }

    /// <summary>Its index among the paced subscribers that wait; -1 while nothing waits.</summary>
    public int Place { get; set; } = -1;
}
