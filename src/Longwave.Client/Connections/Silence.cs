namespace Longwave.Client.Connections;

/// <summary>Timeout that cancels a wait in which the server sends nothing for too long.</summary>
internal sealed class Silence : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    /// <summary>Creates the timeout; it is not running yet.</summary>
    /// <param name="clock">Clock of the timeout.</param>
    /// <param name="outer">Cancels every wait.</param>
    public Silence(TimeProvider clock, CancellationToken outer)
    {
        _timer = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, outer);
    }

    /// <summary>Whether the timeout has cancelled a wait.</summary>
    public bool Broken => _timer.IsCancellationRequested;

    /// <summary>Cancelled by the timeout or by the caller.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Starts the timeout, or restarts it with a new limit.</summary>
    public CancellationToken Start(TimeSpan longest)
    {
        _timer.CancelAfter(longest);
        return _either.Token;
    }

    /// <summary>Stops the timeout: processing what arrived is not limited.</summary>
    public void Stop() => _timer.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
