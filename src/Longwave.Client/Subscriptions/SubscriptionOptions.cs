using System.Globalization;
using Longwave.Client.Connections;
using Longwave.Client.Positions;
using Longwave.Protocol.Events;

namespace Longwave.Client.Subscriptions;

/// <summary>Options of a subscription.</summary>
public sealed record SubscriptionOptions
{
    /// <summary><see cref="Since"/> value for all events in the log.</summary>
    public const string Earliest = "earliest";

    /// <summary>Number of heartbeats without data after which a stream is dead (protocol section 5.3).</summary>
    internal const double HeartbeatsMissed = 2.5;

    /// <summary>Default heartbeat interval of a hub.</summary>
    internal static readonly TimeSpan? HubHeartbeat = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Topics, <c>*</c> for all topics, globs such as <c>prices/*</c>, or RFC 6570 templates such as <c>prices/{symbol}</c>. At least one is required unless <see cref="Address"/> is set.
    /// </summary>
    public IReadOnlyList<string> Selectors { get; init; } = [];

    /// <summary>Event types to receive; empty for all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Start without a position: <c>earliest</c>, the last events (<see cref="SinceLast"/>) or an RFC 3339 time (<see cref="SinceTime"/>); null for events published from now on.</summary>
    public string? Since { get; init; }

    /// <summary>Position to start after; null for none. A position in <see cref="PositionStore"/> takes precedence.</summary>
    public string? LastEventId { get; init; }

    /// <summary>Maximum rate at which the hub sends events, in events per second; null for no limit.</summary>
    public double? MaxRate { get; init; }

    /// <summary>Whether the hub may send only the newest event of each key when events arrive faster than it can send them. Default false.</summary>
    public bool Conflate { get; init; }

    /// <summary>Parts of an event that the hub sends. An <see cref="Address"/> of another server always uses <see cref="SubscriptionFormat.Raw"/>.</summary>
    public SubscriptionFormat Format { get; init; } = SubscriptionFormat.CloudEvents;

    /// <summary>
    /// Event stream of any server, absolute or relative to the hub; null for the hub's events. Selectors and other filters are not sent there, and the token is not
    /// sent to another origin.
    /// </summary>
    public Uri? Address { get; init; }

    /// <summary>Initial mode; <see cref="Subscription.Mode"/> changes it later.</summary>
    public SubscriptionMode Mode { get; init; } = SubscriptionMode.Stream;

    /// <summary>Interval between requests in <see cref="SubscriptionMode.Poll"/>. Default 30 seconds.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Maximum time that a hub may hold a long poll that replaces a stream. Default 20 seconds.</summary>
    public TimeSpan LongPollWait { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Whether to use long polls when the first bytes of a stream do not arrive in time. Default true.</summary>
    public bool LongPollFallback { get; init; } = true;

    /// <summary>Time limit for the first bytes of a stream. Default 10 seconds.</summary>
    public TimeSpan GreetingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time after which long polls try a stream again. Default 5 minutes.</summary>
    public TimeSpan StreamRetryInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Heartbeat interval of the server (<c>Engine:Heartbeat</c> of a hub). A stream without data for 2.5 intervals is dead. Null, the default, means 15 seconds
    /// for a hub and no detection for another server.
    /// </summary>
    public TimeSpan? Heartbeat { get; init; }

    /// <summary>
    /// Maximum size of the data of one event, in bytes as published. Default 1 MiB, as the hub's own limit (<c>Engine:Limits:MaxEventBytes</c>): change both together.
    /// The client receives every such event in every format, and ends the subscription with an error when it would have to hold more: the size and 2 MiB for
    /// <see cref="SubscriptionFormat.Raw"/>, otherwise six times the size, because JSON escapes, and 2 MiB.
    /// </summary>
    public int MaxEventBytes { get; init; } = EventSizes.DefaultMaxDataBytes;

    /// <summary>Delays between connection attempts.</summary>
    public ReconnectOptions Reconnect { get; init; } = new();

    /// <summary>Stores the position across restarts of the application; null to not store it.</summary>
    public IPositionStore? PositionStore { get; init; }

    /// <summary>Minimum time between saves of the position; zero saves after every event. Default 1 second. The end of the enumeration always saves.</summary>
    public TimeSpan PositionSaveInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Called on every state change. All callbacks run between events; an exception ends the enumeration.</summary>
    public Action<SubscriptionChange>? Changed { get; init; }

    /// <summary>Called when events were lost.</summary>
    public Action<GapNotice>? Gap { get; init; }

    /// <summary>Called when the log was replaced.</summary>
    public Action<ResetNotice>? Reset { get; init; }

    /// <summary>
    /// Called with each topic that is complete: its publisher has published the last event. The enumeration of a subscription without <c>*</c> and templates ends
    /// when all its topics are complete.
    /// </summary>
    public Action<string>? Completed { get; init; }

    /// <summary>Called for every message of the hub about the stream, including gaps and resets.</summary>
    public Action<HubNotice>? Noticed { get; init; }

    /// <summary>Formats a number of last events for <see cref="Since"/>: the newest events that match the subscription, then new ones.</summary>
    /// <param name="events">Their number, at least 1.</param>
    public static string SinceLast(int events)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(events, 1);
        return string.Create(CultureInfo.InvariantCulture, $"last:{events}");
    }

    /// <summary>Formats a time for <see cref="Since"/>.</summary>
    public static string SinceTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Bytes that a stream holds at most for one event.</summary>
    internal int MaxFrameBytes => EventSizes.MaxFrameBytes(MaxEventBytes, Address is null && Format == SubscriptionFormat.CloudEvents);

    internal void Check()
    {
        if (Address is null && Selectors.Count == 0)
        {
            throw new ArgumentException($"{nameof(Selectors)} is empty; '*' selects all topics.");
        }

        if (Address is not null && Mode == SubscriptionMode.Poll)
        {
            throw new ArgumentException($"Only a Longwave hub can be polled: with {nameof(Address)}, {nameof(Mode)} must be {nameof(SubscriptionMode.Stream)}.");
        }

        if (MaxRate is { } rate && !(rate > 0 && double.IsFinite(rate)))
        {
            throw new ArgumentException($"{nameof(MaxRate)} is {rate}; it must be more than 0.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PollInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(LongPollWait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(GreetingTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StreamRetryInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Heartbeat ?? HubHeartbeat!.Value, TimeSpan.Zero, nameof(Heartbeat));
        ArgumentOutOfRangeException.ThrowIfLessThan(PositionSaveInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxEventBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxEventBytes, EventSizes.MaxDataBytes);
        Reconnect.Check();
    }
}
