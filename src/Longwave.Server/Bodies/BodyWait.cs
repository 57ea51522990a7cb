using System.IO.Pipelines;

namespace Longwave.Server.Bodies;

/// <summary>Measures how long a request waits for its body, and ends the wait for a body that arrives too slowly.</summary>
/// <remarks>
/// Counts only time in which the hub itself keeps up. Bytes pass several times through the queue of the thread pool on their way from the socket to
/// the reader. While the pool is behind (start of the process, reconnect storm, busy machine), they wait there, and a clock would count the hub's
/// delay as the client's. Each step of the measurement therefore waits in the same queue, and the next step starts only after it: when the
/// <see cref="Grace"/> is counted, the queue has been worked off once per step, more often than bytes pass through it.
/// </remarks>
internal sealed class BodyWait : IThreadPoolWorkItem, IDisposable
{
    /// <summary>Minimum average rate of a body after <see cref="Grace"/>, in bytes per second.</summary>
    private const int SlowestBytesPerSecond = 240;

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    /// <summary>Wait during which a body may be slower.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly PipeReader _pipe;
    private readonly TimeSpan _longest;
    private readonly ITimer _timer;

    // Guards the fields below. The reader is cancelled under it, so that no cancellation reaches the reader of a later request.
    private readonly Lock _gate = new();
    private TimeSpan _waited;
    private long _received;
    private bool _isWaiting;
    private bool _isOver;
    private bool _isDisposed;

    /// <summary>Starts the measurement.</summary>
    /// <param name="pipe">Reader of the body.</param>
    /// <param name="longest">Longest wait for the whole body.</param>
    /// <param name="clock">Source of timers.</param>
    public BodyWait(PipeReader pipe, TimeSpan longest, TimeProvider clock)
    {
        (_pipe, _longest) = (pipe, longest);

        // The callback of a timer overtakes the queue of the pool, so it only queues the step.
        _timer = clock.CreateTimer(
            static wait => ThreadPool.UnsafeQueueUserWorkItem((BodyWait)wait!, preferLocal: false), this, Step, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Records that the request starts to wait for more bytes.</summary>
    /// <param name="received">Bytes received so far.</param>
    public void Begin(long received)
    {
        lock (_gate)
        {
            (_isWaiting, _received) = (true, received);
        }
    }

    /// <summary>Notes the end of the wait. False if the body was too slow.</summary>
    public bool End()
    {
        lock (_gate)
        {
            _isWaiting = false;
            return !_isOver;
        }
    }

    /// <summary>Counts one step.</summary>
    public void Execute()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            if (_isWaiting)
            {
                _waited += Step;
                if (IsTooSlow_NeedsLock())
                {
                    _isOver = true;
                    _pipe.CancelPendingRead();
                    return;
                }
            }

            _timer.Change(Step, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        _timer.Dispose();
    }

    private bool IsTooSlow_NeedsLock() =>
        _waited >= _longest || (_waited >= Grace && _received < SlowestBytesPerSecond * _waited.TotalSeconds);
}
