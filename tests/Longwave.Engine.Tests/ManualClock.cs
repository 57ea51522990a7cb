namespace Longwave.Engine.Tests;

/// <summary>A clock that only the test advances. Timers run in real time: the engine's threads wait for nothing else.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;
    private long _jump;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _now) + Interlocked.Read(ref _jump), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <summary>Sets the system clock and leaves the monotonic clock as it is. A jump back to the right time is the negative of the sum of the jumps.</summary>
    public void Jump(TimeSpan time) => Interlocked.Add(ref _jump, time.Ticks);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);
}
