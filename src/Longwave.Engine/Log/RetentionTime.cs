namespace Longwave.Engine.Log;

/// <summary>Time by which a pass of retention measures ages, in milliseconds since the Unix epoch.</summary>
/// <param name="NowUnixMs">Current time.</param>
/// <param name="EarlierUnixMs">Current time as it would be without the last jump of the clock that was accepted, or <paramref name="NowUnixMs"/> if that is less.</param>
/// <param name="SinceJump">Time since that jump was accepted.</param>
internal readonly record struct RetentionTime(long NowUnixMs, long EarlierUnixMs, TimeSpan SinceJump)
{
    /// <summary>Creates the time of a clock that has not jumped.</summary>
    public RetentionTime(long nowUnixMs)
        : this(nowUnixMs, nowUnixMs, TimeSpan.MaxValue)
    {
    }

    /// <summary>Time of the newest event that has reached an age.</summary>
    public long Before(TimeSpan age) => (age > SinceJump ? EarlierUnixMs : NowUnixMs) - (long)age.TotalMilliseconds;
}
