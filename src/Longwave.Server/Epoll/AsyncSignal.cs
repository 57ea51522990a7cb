using System.Threading.Tasks.Sources;

namespace Longwave.Server.Epoll;

/// <summary>Auto-reset signal from a reactor to one waiting task, reusable without allocation.</summary>
/// <remarks>
/// A signal while no task waits ends the next wait at once, so a task that first tries and then waits misses nothing. A wait can end
/// spuriously, but never too late; after a wait the task tries again.
/// <para>
/// Memory order. The producer makes its data visible, then changes <c>_state</c>; the consumer changes <c>_state</c>, then reads the data. That
/// needs a full fence between the two steps on both sides, so every change of <c>_state</c> is an interlocked operation: a plain store could pass
/// the consumer's later read, and then the producer would leave its signal in a state that the consumer is about to clear.
/// </para>
/// </remarks>
internal sealed class AsyncSignal : IValueTaskSource
{
    private const int Nothing = 0;
    private const int Seen = 1;
    private const int Awaited = 2;

    private ManualResetValueTaskSourceCore<bool> _wait = new() { RunContinuationsAsynchronously = true };
    private int _state;

    /// <summary>Sets the signal. Any thread.</summary>
    public void Set()
    {
        if (Interlocked.CompareExchange(ref _state, Nothing, Awaited) == Awaited)
        {
            _wait.SetResult(true);
            return;
        }

        // A wait that starts after this exchange sees the signal. A wait that started between the two exchanges is ended by another call, at
        // most once per wait.
        if (Interlocked.CompareExchange(ref _state, Seen, Nothing) == Awaited)
        {
            Set();
        }
    }

    /// <summary>Waits for the signal. One waiter at a time.</summary>
    public ValueTask WaitAsync()
    {
        _wait.Reset();
        if (Interlocked.CompareExchange(ref _state, Awaited, Nothing) == Nothing)
        {
            return new ValueTask(this, _wait.Version);
        }

        Interlocked.Exchange(ref _state, Nothing);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);
}
