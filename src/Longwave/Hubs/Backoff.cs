namespace Longwave.Hubs;

/// <summary>How long to wait before the next attempt: doubling, up to a longest time, and random, so that many clients do not come in step.</summary>
/// <param name="shortest">Wait after the first failure, before chance.</param>
/// <param name="longest">Longest wait, before what the hub asks for.</param>
internal sealed class Backoff(TimeSpan shortest, TimeSpan longest)
{
    // Beyond this the wait has long reached its longest; the shift must not overflow.
    private const int MaxDoublings = 20;

    private int _failures;

    /// <summary>Something worked: the next failure counts as the first.</summary>
    public void Reset() => _failures = 0;

    /// <summary>The next wait: half to all of the doubled time, and never less than the hub asked for.</summary>
    public TimeSpan Next(TimeSpan? asked)
    {
        double doubled = Math.Min(longest.TotalMilliseconds, shortest.TotalMilliseconds * (1L << Math.Min(_failures, MaxDoublings)));
        _failures++;
        var wait = TimeSpan.FromMilliseconds(doubled * (0.5 + (Random.Shared.NextDouble() / 2)));
        return asked is { } least && least > wait ? least : wait;
    }
}
