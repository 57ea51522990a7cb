namespace Longwave.Engine.Tests;

/// <summary>The system clock, which throws on demand: a fault in the loop that reads it.</summary>
internal sealed class FaultyClock : TimeProvider
{
    private volatile bool _failsUtcNow;
    private volatile string? _failingThread;

    /// <summary>Whether <see cref="GetUtcNow"/> throws.</summary>
    public bool FailsUtcNow { get => _failsUtcNow; set => _failsUtcNow = value; }

    /// <summary>Name of the thread on which <see cref="GetTimestamp"/> throws; null for none.</summary>
    public string? FailingThread { get => _failingThread; set => _failingThread = value; }

    /// <summary>What <see cref="GetUtcNow"/> throws.</summary>
    public Exception Failure { get; set; } = new InvalidOperationException("The clock is broken.");

    public override DateTimeOffset GetUtcNow() => _failsUtcNow ? throw Failure : base.GetUtcNow();

    public override long GetTimestamp() => _failingThread is { } name && Thread.CurrentThread.Name == name ? throw new InvalidOperationException("The clock is broken.") : base.GetTimestamp();
}
