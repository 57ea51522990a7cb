using System.Globalization;

namespace Longwave.Terminals;

/// <summary>How far something has come. Written by whoever works, read by whoever shows it.</summary>
/// <param name="clock">The clock.</param>
/// <param name="total">How much there is, in steps (bytes of a file, events of a demo); null when nobody knows.</param>
internal sealed class ProgressReport(TimeProvider clock, long? total)
{
    private readonly long _started = clock.GetTimestamp();
    private long _events;
    private long _steps;

    /// <summary>Events published.</summary>
    public long Events => Volatile.Read(ref _events);

    /// <summary>How far it is, from 0 to 1; null when nobody knows.</summary>
    public double? Fraction => total is > 0 ? Math.Min(1, (double)Volatile.Read(ref _steps) / total.Value) : null;

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(_started);

    /// <summary>Events a second since the start.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? Events / Elapsed.TotalSeconds : 0;

    /// <summary>Time to the end if it goes on like this; null when nobody knows.</summary>
    public TimeSpan? Remaining => Fraction is > 0 and { } done ? Elapsed * ((1 - done) / done) : null;

    /// <summary>Some more is done.</summary>
    /// <param name="events">Events since the last time.</param>
    /// <param name="steps">Steps since the start.</param>
    public void Advance(long events, long steps)
    {
        Interlocked.Add(ref _events, events);
        Volatile.Write(ref _steps, Math.Max(steps, Volatile.Read(ref _steps)));
    }

    /// <summary>In one line.</summary>
    public string Describe()
    {
        string done = Fraction is { } fraction ? string.Create(CultureInfo.InvariantCulture, $" ({fraction:0 %})") : "";
        string left = Remaining is { } remaining ? $", {Arguments.Duration.Format(remaining)} to go" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Events:#,0} events{done}, {Rate:#,0}/s{left}");
    }
}
