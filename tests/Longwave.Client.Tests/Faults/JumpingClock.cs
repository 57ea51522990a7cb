namespace Longwave.Client.Tests.Faults;

/// <summary>A clock whose wall time is ten years wrong and jumps. Its timers and timestamps are correct, as on such a machine.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3652.5);

    private int _jumps;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + (Interlocked.Increment(ref _jumps) % 2 == 0 ? TenYears : -TenYears);
}
