namespace Longwave.Engine.Subscribers;

/// <summary>Start of a subscription: the live edge, the earliest event kept, a time, or a number of its newest events.</summary>
/// <param name="Kind">Kind of the start.</param>
/// <param name="TimeUnixMs">For <see cref="SinceKind.Time"/>: the subscription starts with the first event at or after this time, in milliseconds
/// since the Unix epoch.</param>
/// <param name="Events">For <see cref="SinceKind.Last"/>: number of the newest events that match the subscription.</param>
public readonly record struct Since(SinceKind Kind, long TimeUnixMs = 0, int Events = 0)
{
    /// <summary>Starts with the next published event.</summary>
    public static Since Live => new(SinceKind.Live);

    /// <summary>Starts with the oldest event kept.</summary>
    public static Since Earliest => new(SinceKind.Earliest);

    /// <summary>Starts with the first event that the log appended at or after <paramref name="time"/>.</summary>
    public static Since At(DateTimeOffset time) => new(SinceKind.Time, time.ToUnixTimeMilliseconds());

    /// <summary>Starts with the newest events that match the subscription and that the log has when the stream starts.</summary>
    /// <param name="events">Their number, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public static Since Last(int events)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(events, 1);
        return new Since(SinceKind.Last, Events: events);
    }
}

/// <summary>Kinds of start.</summary>
public enum SinceKind
{
    /// <summary>The live edge.</summary>
    Live,

    /// <summary>The oldest event kept.</summary>
    Earliest,

    /// <summary>A time.</summary>
    Time,

    /// <summary>The newest events of the subscription.</summary>
    Last,
}
