namespace Longwave.Tail;

/// <summary>Breaks off a wait that takes longer than a living hub would be silent.</summary>
internal sealed class Silence : IDisposable
{
    private readonly TimeSpan _longest;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    /// <param name="longest">How long that is.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="outer">Ends every wait.</param>
    public Silence(TimeSpan longest, TimeProvider clock, CancellationToken outer)
    {
        _longest = longest;
        _timer = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, outer);
    }

    /// <summary>Whether a wait was broken off for it.</summary>
    public bool Broken => _timer.IsCancellationRequested;

    /// <summary>A wait begins; the token ends it.</summary>
    public CancellationToken Start()
    {
        _timer.CancelAfter(_longest);
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
