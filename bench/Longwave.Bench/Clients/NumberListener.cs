using System.Globalization;
using Longwave.Client;
using Longwave.Client.Subscriptions;

namespace Longwave.Bench.Clients;

/// <summary>A subscription to numbered events, which looks at their order.</summary>
internal sealed class NumberListener
{
    private readonly Subscription _subscription;
    private long _next;
    private long _lost;
    private long _doubled;
    private long _notices;
    private int _connected;

    public NumberListener(LongwaveClient client, SubscriptionOptions options) => _subscription = client.Subscribe(options with
    {
        Changed = OnChanged,
        Gap = _ => Interlocked.Increment(ref _notices),
        Reset = _ => Interlocked.Increment(ref _notices),
    });

    /// <summary>Events seen, from number 0 on without a hole.</summary>
    public long Seen => Interlocked.Read(ref _next);

    /// <summary>Numbers that were passed over.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Numbers that came again, or too late.</summary>
    public long Doubled => Interlocked.Read(ref _doubled);

    /// <summary>Gaps and resets that the hub told.</summary>
    public long Notices => Interlocked.Read(ref _notices);

    /// <summary>How often a connection was made.</summary>
    public int Connections => Volatile.Read(ref _connected);

    public async Task ListenAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (ReceivedEvent e in _subscription.WithCancellation(cancellation))
            {
                long number = long.Parse(e.Data, NumberStyles.None, CultureInfo.InvariantCulture);
                _lost += Math.Max(0, number - _next);
                _doubled += number < _next ? 1 : 0;
                Interlocked.Exchange(ref _next, Math.Max(_next, number + 1));
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
    }

    private void OnChanged(SubscriptionChange change)
    {
        if (change.State is SubscriptionState.Streaming or SubscriptionState.Polling)
        {
            Interlocked.Increment(ref _connected);
        }
    }
}
