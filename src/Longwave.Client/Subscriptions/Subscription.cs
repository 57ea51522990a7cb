using System.Text.Json.Serialization.Metadata;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Client.Telemetry;

namespace Longwave.Client.Subscriptions;

/// <summary>Events of a hub, over as many connections as it takes: each one once, in the order of the log, and told where that is not possible.</summary>
/// <remarks>
/// <para>Nothing happens before it is enumerated. The enumeration connects, reads and reconnects while it is asked for the next event, so that a caller
/// who is slow costs no memory: the hub keeps the events. It ends when the hub says that nothing more comes, throws <see cref="LongwaveException"/>
/// when the hub refuses for good, and <see cref="OperationCanceledException"/> when it is cancelled.</para>
/// <para>Each enumeration has connections and a position of its own.</para>
/// </remarks>
public sealed class Subscription : IAsyncEnumerable<ReceivedEvent>
{
    private readonly HubHttp _http;
    private readonly TelemetryReporter? _telemetry;
    private readonly Func<double> _random;
    private CancellationTokenSource _modeChange = new();
    private CancellationTokenSource _wake = new();
    private int _mode;
    private string? _handled;

    internal Subscription(HubHttp http, SubscriptionOptions options, TelemetryReporter? telemetry, Func<double> random)
    {
        options.Check();
        (_http, Options, _telemetry, _random) = (http, options, telemetry, random);
        _mode = (int)options.Mode;
    }

    /// <summary>What it subscribes to, and how.</summary>
    public SubscriptionOptions Options { get; }

    /// <summary>
    /// How it gets its events. Setting it changes over at once, at the position where it is: a stream for an application in use, polls for one
    /// that is idle.
    /// </summary>
    public SubscriptionMode Mode
    {
        get => (SubscriptionMode)Volatile.Read(ref _mode);
        set
        {
            if (value == SubscriptionMode.Poll && Options.Address is not null)
            {
                throw new InvalidOperationException("Only a Longwave hub can be polled, not the server at Options.Address.");
            }

            if (Interlocked.Exchange(ref _mode, (int)value) != (int)value)
            {
                Interlocked.Exchange(ref _modeChange, new CancellationTokenSource()).Cancel();
            }
        }
    }

    internal CancellationToken ModeChange => Volatile.Read(ref _modeChange).Token;

    internal CancellationToken Wake => Volatile.Read(ref _wake).Token;

    internal string? HandledId => Volatile.Read(ref _handled);

    /// <summary>Ends a wait for the next attempt, for who knows that it will work now (the network is back). Does nothing while connected.</summary>
    public void ReconnectNow() => Interlocked.Exchange(ref _wake, new CancellationTokenSource()).Cancel();

    /// <summary>
    /// Says that an event was handled, before its position would be taken as handled anyway: when the next event is asked for. Who leaves the loop
    /// after an event says so here, or gets it again from <see cref="SubscriptionOptions.PositionStore"/> next time.
    /// </summary>
    public void MarkHandled(ReceivedEvent handled)
    {
        ArgumentNullException.ThrowIfNull(handled);
        Volatile.Write(ref _handled, handled.Id);
    }

    /// <summary>The same events, with data as objects.</summary>
    /// <param name="type">From a <c>JsonSerializerContext</c>.</param>
    public IAsyncEnumerable<TypedEvent<T>> As<T>(JsonTypeInfo<T> type) => new TypedSubscription<T>(this, type);

    /// <summary>Subscribes.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerator<ReceivedEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new SubscriptionRun(this, _http, _telemetry, _random, cancellationToken);
}
