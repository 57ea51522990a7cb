namespace Longwave.Client.Tests.Faults;

/// <summary>A machine whose clock is ten years wrong, and jumps. Its timers and timestamps are right, as those of such a machine are.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3652.5);

    private int _jumps;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + (Interlocked.Increment(ref _jumps) % 2 == 0 ? TenYears : -TenYears);
}
