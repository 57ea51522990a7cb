using System.Globalization;

namespace Longwave.Terminals;

/// <summary>Progress of an operation. One thread updates it while another displays it.</summary>
/// <param name="clock">Clock for rate and remaining time.</param>
/// <param name="total">Total number of steps (bytes of a file, events of a demo); null if unknown.</param>
internal sealed class ProgressReport(TimeProvider clock, long? total)
{
    private readonly long _started = clock.GetTimestamp();
    private long _events;
    private long _steps;

    /// <summary>Number of published events.</summary>
    public long Events => Volatile.Read(ref _events);

    /// <summary>Completed fraction, from 0 to 1; null if unknown.</summary>
    public double? Fraction => total is > 0 ? Math.Min(1, (double)Volatile.Read(ref _steps) / total.Value) : null;

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(_started);

    /// <summary>Events per second since the start.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? Events / Elapsed.TotalSeconds : 0;

    /// <summary>Estimated remaining time; null if unknown.</summary>
    public TimeSpan? Remaining => Fraction is > 0 and { } done ? Elapsed * ((1 - done) / done) : null;

    /// <summary>Records progress.</summary>
    /// <param name="events">Events since the last call.</param>
    /// <param name="steps">Steps since the start.</param>
    public void Advance(long events, long steps)
    {
        Interlocked.Add(ref _events, events);
        Volatile.Write(ref _steps, Math.Max(steps, Volatile.Read(ref _steps)));
    }

    /// <summary>Formats the progress in one line.</summary>
    public string Describe()
    {
        string done = Fraction is { } fraction ? string.Create(CultureInfo.InvariantCulture, $" ({fraction:0 %})") : "";
        string left = Remaining is { } remaining ? $", {Arguments.Duration.Format(remaining)} remaining" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{EventCount.Format(Events)}{done}, {Rate:#,0}/s{left}");
    }
}
