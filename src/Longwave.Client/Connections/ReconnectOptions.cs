namespace Longwave.Client.Connections;

/// <summary>How a subscription comes back after its connection was lost. It never gives up by itself.</summary>
/// <remarks>
/// Waits follow "decorrelated jitter": the first is random between the floor and twice the floor, each later one between the floor and three times
/// the wait before, up to <see cref="MaxDelay"/>. The floor is the stream's own <c>retry:</c> as soon as the server has sent one. A hub sends each
/// stream a random one, so the first wait is then at most a tenth longer.
/// </remarks>
public sealed record ReconnectOptions
{
    /// <summary>Shortest wait while the hub has not said a reconnection time. Default 1 second, at least 10 milliseconds.</summary>
    public TimeSpan MinDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait, unless the hub itself asks for more. Default 30 seconds.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Age of a connection from which its loss counts as the first failure again. Default 10 seconds.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Most that a hub may ask for with <c>Retry-After</c>, <c>retry:</c> or <c>longwave.reconnect</c>; more counts as this. Default 1 hour.</summary>
    public TimeSpan MaxAsked { get; init; } = TimeSpan.FromHours(1);

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MinDelay, DecorrelatedJitter.ShortestFloor);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDelay, MinDelay);
        ArgumentOutOfRangeException.ThrowIfLessThan(StableAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAsked, MinDelay);
    }
}
