using System.Globalization;
using Longwave.Client.Connections;
using Longwave.Client.Positions;

namespace Longwave.Client.Subscriptions;

/// <summary>What to subscribe to, and how.</summary>
public sealed record SubscriptionOptions
{
    /// <summary><see cref="Since"/> for everything that is kept.</summary>
    public const string Earliest = "earliest";

    /// <summary>What a missed heartbeat is counted from: a stream that says nothing for so many heartbeats is dead (protocol section 5.3).</summary>
    internal const double HeartbeatsMissed = 2.5;

    /// <summary>The heartbeat of a hub that was told nothing.</summary>
    internal static readonly TimeSpan? HubHeartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Topics, <c>*</c>, or RFC 6570 templates such as <c>prices/{symbol}</c>. At least one, unless <see cref="Address"/> is set.</summary>
    public IReadOnlyList<string> Selectors { get; init; } = [];

    /// <summary>Only events of these types; empty for all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Where to begin without a position: <c>earliest</c>, or an RFC 3339 time (<see cref="SinceTime"/>); null for events that come from now on.</summary>
    public string? Since { get; init; }

    /// <summary>Begin after this position. A position in <see cref="PositionStore"/> comes first.</summary>
    public string? LastEventId { get; init; }

    /// <summary>Most events per second that the hub should send; null for all.</summary>
    public double? MaxRate { get; init; }

    /// <summary>Whether only the newest event of each key matters when events come faster than they can be sent.</summary>
    public bool Conflate { get; init; }

    /// <summary>How much of an event is sent. An <see cref="Address"/> of another server always gets <see cref="SubscriptionFormat.Raw"/>.</summary>
    public SubscriptionFormat Format { get; init; } = SubscriptionFormat.CloudEvents;

    /// <summary>An event stream of any server, absolute or relative to the hub; null for the hub's events. Selectors and the like are not sent there, nor is the token to another origin.</summary>
    public Uri? Address { get; init; }

    /// <summary>How it gets its events at first; <see cref="Subscription.Mode"/> changes it later.</summary>
    public SubscriptionMode Mode { get; init; } = SubscriptionMode.Stream;

    /// <summary>Time between two requests in <see cref="SubscriptionMode.Poll"/>. Default 30 seconds.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a hub may hold a long poll that replaces a stream. Default 20 seconds.</summary>
    public TimeSpan LongPollWait { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Whether long polls take the place of a stream whose first bytes do not come in time. Default true.</summary>
    public bool LongPollFallback { get; init; } = true;

    /// <summary>How long the first bytes of a stream may take. Default 10 seconds.</summary>
    public TimeSpan GreetingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long long polls replace a stream that did not come through, before it is tried again. Default 5 minutes.</summary>
    public TimeSpan StreamRetryInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How often the server says something (<c>Engine:Heartbeat</c> of a hub); a stream that says nothing for 2.5 times as long is dead. Null, the default, is
    /// 15 seconds for a hub; a stream of another server is then never taken for dead.
    /// </summary>
    public TimeSpan? Heartbeat { get; init; }

    /// <summary>Most bytes of one event; a stream with a larger one is given up. Default 16 MiB. A poll answer may have four times as many.</summary>
    public int MaxEventBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How it comes back after a loss.</summary>
    public ReconnectOptions Reconnect { get; init; } = new();

    /// <summary>Where the position is kept across restarts of the application; null for nowhere.</summary>
    public IPositionStore? PositionStore { get; init; }

    /// <summary>Least time between two saves of the position; zero saves it after every event. Default 1 second. The end always saves.</summary>
    public TimeSpan PositionSaveInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Told of everything that the subscription does. Called between two events, like the callbacks below; what it throws ends the enumeration.</summary>
    public Action<SubscriptionChange>? Changed { get; init; }

    /// <summary>Told where events are missing.</summary>
    public Action<GapNotice>? Gap { get; init; }

    /// <summary>Told when the log was replaced.</summary>
    public Action<ResetNotice>? Reset { get; init; }

    /// <summary>Told of everything else that the hub says about the stream, gaps and resets included.</summary>
    public Action<HubNotice>? Noticed { get; init; }

    /// <summary><see cref="Since"/> for a moment.</summary>
    public static string SinceTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    internal void Check()
    {
        if (Address is null && Selectors.Count == 0)
        {
            throw new ArgumentException($"Say which topics: {nameof(Selectors)} is empty. '*' is all of them.");
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
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxEventBytes, int.MaxValue / 4);
        Reconnect.Check();
    }
}
