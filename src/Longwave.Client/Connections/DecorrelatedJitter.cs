namespace Longwave.Client.Connections;

/// <summary>
/// The delay before the next attempt ("decorrelated jitter"). It grows with each failure up to a maximum and is random over the whole range, so that many clients
/// that lose the hub at the same moment do not all reconnect at the same moment.
/// </summary>
/// <param name="longest">Maximum delay, unless the hub asks for a longer one.</param>
/// <param name="random">Returns random numbers from 0 to 1.</param>
internal sealed class DecorrelatedJitter(TimeSpan longest, Func<double> random)
{
    /// <summary>Minimum delay, 10 milliseconds. It applies even when a server sends <c>retry: 0</c> and closes at once.</summary>
    public static readonly TimeSpan ShortestFloor = TimeSpan.FromMilliseconds(10);

    // The first delay is 1 to 2 floors; each later one is at most 3 times the previous delay.
    private const double FirstSpread = 2;
    private const double Growth = 3;

    // A hub sends each stream a random `retry:`, so its clients are already spread.
    private const double HubSpread = 1.1;

    // A delay that the server asks for is never shortened, but it is spread: many clients received the same number.
    private const double LeastSpread = 1.5;

    private TimeSpan? _previous;

    /// <summary>Whether the floor is already random per client, as the <c>retry:</c> of a hub is.</summary>
    public bool FloorIsRandom { get; set; }

    /// <summary>Resets the delay after a stable connection: the next failure counts as the first.</summary>
    public void Reset() => _previous = null;

    /// <summary>Returns the next delay.</summary>
    /// <param name="floor">Minimum delay: the stream's <c>retry:</c>, else the option.</param>
    /// <param name="asked">Delay that the hub asked for in this response (<c>Retry-After</c>); the result is not shorter.</param>
    public TimeSpan Next(TimeSpan floor, TimeSpan? asked = null)
    {
        floor = Max(floor, ShortestFloor);
        TimeSpan low = Max(floor, asked ?? TimeSpan.Zero);
        double spread = low > floor ? LeastSpread : FloorIsRandom ? HubSpread : FirstSpread;
        TimeSpan grown = _previous is { } previous ? Max(previous, low) * Growth : low * spread;
        TimeSpan high = Max(low * Math.Min(spread, LeastSpread), grown < longest ? grown : longest);
        TimeSpan wait = low + ((high - low) * random());
        _previous = wait < longest ? wait : longest;
        return wait;
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
