namespace Longwave.Engine.Subscribers;

/// <summary>Where a subscription begins: the live edge, the earliest event kept, or a time.</summary>
/// <param name="Kind">Which of the three.</param>
/// <param name="TimeUnixMs">For <see cref="SinceKind.Time"/>: the first event at or after this time, in milliseconds since the Unix epoch.</param>
public readonly record struct Since(SinceKind Kind, long TimeUnixMs = 0)
{
    /// <summary>Only events published from now on.</summary>
    public static Since Live => new(SinceKind.Live);

    /// <summary>From the oldest event kept.</summary>
    public static Since Earliest => new(SinceKind.Earliest);

    /// <summary>From the first event that the log took at or after <paramref name="time"/>.</summary>
    public static Since At(DateTimeOffset time) => new(SinceKind.Time, time.ToUnixTimeMilliseconds());
}

/// <summary>The ways to begin.</summary>
public enum SinceKind
{
    /// <summary>The live edge.</summary>
    Live,

    /// <summary>The oldest event kept.</summary>
    Earliest,

    /// <summary>A time.</summary>
    Time,
}
