namespace Longwave.Client.Connections;

/// <summary>How a subscription reconnects after it loses its connection. It retries without limit.</summary>
/// <remarks>
/// Delays follow "decorrelated jitter": the first is random between the floor and twice the floor, each later one between the floor and three times the previous
/// delay, up to <see cref="MaxDelay"/>. The floor is <see cref="MinDelay"/> until the server sends <c>retry:</c>, then that value. A hub sends each stream a random
/// <c>retry:</c>, so the first delay is then at most 10 % longer than it.
/// </remarks>
public sealed record ReconnectOptions
{
    /// <summary>Minimum delay while the server has not sent <c>retry:</c>. Default 1 second; at least 10 milliseconds.</summary>
    public TimeSpan MinDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Maximum delay, unless the hub asks for a longer one. Default 30 seconds.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Age at which a connection counts as stable: the delay after it starts at the floor again. Default 10 seconds.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Upper limit for a delay that the hub asks for with <c>Retry-After</c>, <c>retry:</c> or <c>longwave.reconnect</c>; longer ones are reduced to it. Default 1
    /// hour.
    /// </summary>
    public TimeSpan MaxAsked { get; init; } = TimeSpan.FromHours(1);

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MinDelay, DecorrelatedJitter.ShortestFloor);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDelay, MinDelay);
        ArgumentOutOfRangeException.ThrowIfLessThan(StableAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAsked, MinDelay);
    }
}
