namespace Longwave.Client.Connections;

/// <summary>Breaks off a wait that takes longer than a living hub would be silent.</summary>
internal sealed class Silence : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    /// <summary>No wait has begun yet.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="outer">Ends every wait.</param>
    public Silence(TimeProvider clock, CancellationToken outer)
    {
        _timer = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, outer);
    }

    /// <summary>Whether a wait was broken off for it.</summary>
    public bool Broken => _timer.IsCancellationRequested;

    /// <summary>Ends a wait, for either reason.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>A wait begins, or goes on with a new bound; the token ends it.</summary>
    public CancellationToken Start(TimeSpan longest)
    {
        _timer.CancelAfter(longest);
        return _either.Token;
    }

    /// <summary>The wait is over; what is done with its result takes the time it takes.</summary>
    public void Stop() => _timer.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
