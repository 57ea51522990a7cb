namespace Longwave.Engine.Tests;

/// <summary>The system clock, which throws on demand: a fault in the loop that reads it.</summary>
internal sealed class FaultyClock : TimeProvider
{
    private volatile bool _failsUtcNow;
    private volatile bool _failsTimestamp;

    /// <summary>Whether <see cref="GetUtcNow"/> throws.</summary>
    public bool FailsUtcNow { get => _failsUtcNow; set => _failsUtcNow = value; }

    /// <summary>Whether <see cref="GetTimestamp"/> throws.</summary>
    public bool FailsTimestamp { get => _failsTimestamp; set => _failsTimestamp = value; }

    public override DateTimeOffset GetUtcNow() => _failsUtcNow ? throw new InvalidOperationException("The clock is broken.") : base.GetUtcNow();

    public override long GetTimestamp() => _failsTimestamp ? throw new InvalidOperationException("The clock is broken.") : base.GetTimestamp();
}
