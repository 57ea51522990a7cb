using System.Threading.Tasks.Sources;

namespace Longwave.Server.Epoll;

/// <summary>Lets one task wait until a reactor has seen something, any number of times, without allocating.</summary>
/// <remarks>
/// What was seen while nobody waited ends the next wait at once, so whoever tries first and waits then misses nothing. It can be too
/// much, never too little: after a wait one tries again.
/// </remarks>
internal sealed class Readiness : IValueTaskSource
{
    private const int Nothing = 0;
    private const int Seen = 1;
    private const int Awaited = 2;

    private ManualResetValueTaskSourceCore<bool> _wait = new() { RunContinuationsAsynchronously = true };
    private int _state;

    /// <summary>Something was seen. From any thread.</summary>
    public void Set()
    {
        if (Interlocked.CompareExchange(ref _state, Nothing, Awaited) == Awaited)
        {
            _wait.SetResult(true);
            return;
        }

        // A wait that begins just now finds it; one that began between the two is ended by the next line.
        if (Interlocked.CompareExchange(ref _state, Seen, Nothing) == Awaited)
        {
            Set();
        }
    }

    /// <summary>Waits until something is seen. One waits at a time.</summary>
    public ValueTask WaitAsync()
    {
        _wait.Reset();
        if (Interlocked.CompareExchange(ref _state, Awaited, Nothing) == Nothing)
        {
            return new ValueTask(this, _wait.Version);
        }

        Volatile.Write(ref _state, Nothing);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);
}
