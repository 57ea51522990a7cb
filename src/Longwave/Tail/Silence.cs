namespace Longwave.Tail;

/// <summary>Breaks off a wait that takes longer than a living hub would be silent.</summary>
/// <param name="longest">How long that is.</param>
/// <param name="clock">The clock.</param>
/// <param name="outer">Ends every wait.</param>
internal sealed class Silence(TimeSpan longest, TimeProvider clock, CancellationToken outer) : IDisposable
{
    private CancellationTokenSource? _timer;
    private CancellationTokenSource? _either;

    /// <summary>Whether a wait was broken off for it.</summary>
    public bool Broken => _timer?.IsCancellationRequested == true;

    /// <summary>A wait begins; the token ends it.</summary>
    public CancellationToken Start()
    {
        if (_timer is not null && _timer.TryReset())
        {
            _timer.CancelAfter(longest);
            return _either!.Token;
        }

        Dispose();
        _timer = new CancellationTokenSource(longest, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, outer);
        return _either.Token;
    }

    /// <summary>The wait is over; what is done with its result takes the time it takes.</summary>
    public void Stop() => _timer?.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _either?.Dispose();
        _timer?.Dispose();
    }
}
