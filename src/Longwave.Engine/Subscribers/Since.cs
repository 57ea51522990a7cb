namespace Longwave.Engine.Subscribers;

/// <summary>Start of a subscription: the live edge, the earliest event kept, or a time.</summary>
/// <param name="Kind">Kind of the start.</param>
/// <param name="TimeUnixMs">For <see cref="SinceKind.Time"/>: the subscription starts with the first event at or after this time, in milliseconds
/// since the Unix epoch.</param>
public readonly record struct Since(SinceKind Kind, long TimeUnixMs = 0)
{
    /// <summary>Starts with the next published event.</summary>
    public static Since Live => new(SinceKind.Live);

    /// <summary>Starts with the oldest event kept.</summary>
    public static Since Earliest => new(SinceKind.Earliest);

    /// <summary>Starts with the first event that the log appended at or after <paramref name="time"/>.</summary>
    public static Since At(DateTimeOffset time) => new(SinceKind.Time, time.ToUnixTimeMilliseconds());
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
}
