namespace Longwave.Client.Connections;

/// <summary>
/// How long to wait before the next attempt: growing with every failure up to a longest time, and random over the whole range, so that many
/// clients that lost their hub in one moment do not come back in one moment ("decorrelated jitter").
/// </summary>
/// <param name="longest">Longest wait, unless the hub itself asks for more.</param>
/// <param name="random">Numbers from 0 to 1.</param>
internal sealed class DecorrelatedJitter(TimeSpan longest, Func<double> random)
{
    /// <summary>Also a server that says <c>retry: 0</c> and closes at once is not asked without a pause.</summary>
    public static readonly TimeSpan ShortestFloor = TimeSpan.FromMilliseconds(10);

    // The first wait is one to two floors; every later one has three times the wait before as its upper bound.
    private const double FirstSpread = 2;
    private const double Growth = 3;

    // A hub gives each stream a random `retry:`, so its clients are spread already.
    private const double HubSpread = 1.1;

    // What a server asks for is never shortened, but it is spread: many clients were told the same number.
    private const double LeastSpread = 1.5;

    private TimeSpan? _previous;

    /// <summary>Whether the floor is random per client, as the <c>retry:</c> of a hub is.</summary>
    public bool FloorIsRandom { get; set; }

    /// <summary>The connection was stable: the next failure counts as the first.</summary>
    public void Reset() => _previous = null;

    /// <summary>The next wait.</summary>
    /// <param name="floor">Shortest wait: the stream's <c>retry:</c>, else the option.</param>
    /// <param name="asked">What the hub asked for now (<c>Retry-After</c>); the wait is not shorter.</param>
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
