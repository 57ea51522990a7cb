using System.Text.Json.Serialization.Metadata;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Client.Telemetry;

namespace Longwave.Client.Subscriptions;

/// <summary>
/// Subscription to the events of a hub, across reconnects: each event once, in the order of the log. Lost events are reported to
/// <see cref="SubscriptionOptions.Gap"/>.
/// </summary>
/// <remarks>
/// <para>It connects when the enumeration starts. The enumeration connects, reads and reconnects only while the caller waits for the next event, so a slow
/// caller needs no memory: the hub keeps the events. The enumeration ends when every requested topic is complete, because no more events will come. It throws
/// <see cref="LongwaveException"/> when the hub rejects the subscription permanently, and <see cref="OperationCanceledException"/> when it is cancelled.</para>
/// <para>Each enumeration has its own connections and position.</para>
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

    /// <summary>Options of the subscription.</summary>
    public SubscriptionOptions Options { get; }

    /// <summary>
    /// Transport mode. Setting it switches at once and keeps the position: use a stream for an active application, polls for an idle one.
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

    /// <summary>Ends the wait for the next attempt, for example when the network is available again. Does nothing while connected.</summary>
    public void ReconnectNow() => Interlocked.Exchange(ref _wake, new CancellationTokenSource()).Cancel();

    /// <summary>
    /// Marks an event as handled. Without this call, an event counts as handled when the caller requests the next one. Call it before leaving the loop, or
    /// <see cref="SubscriptionOptions.PositionStore"/> causes the event to be delivered again next time.
    /// </summary>
    public void MarkHandled(ReceivedEvent handled)
    {
        ArgumentNullException.ThrowIfNull(handled);
        Volatile.Write(ref _handled, handled.Id);
    }

    /// <summary>Returns the same events with their data as objects.</summary>
    /// <param name="type">Type information from a <c>JsonSerializerContext</c>.</param>
    public IAsyncEnumerable<TypedEvent<T>> As<T>(JsonTypeInfo<T> type) => new TypedSubscription<T>(this, type);

    /// <summary>Starts an enumeration.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public IAsyncEnumerator<ReceivedEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new SubscriptionRun(this, _http, _telemetry, _random, cancellationToken);
}
