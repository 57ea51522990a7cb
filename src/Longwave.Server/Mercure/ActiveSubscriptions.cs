using System.Collections.Concurrent;
using Longwave.Engine.Subscribers;

namespace Longwave.Server.Mercure;

/// <summary>Every subscription of the open streams. Each stays in it until its subscriber ends; its start and end are announced.</summary>
internal sealed class ActiveSubscriptions(SubscriptionAnnouncer announcer)
{
    private readonly ConcurrentDictionary<Guid, ActiveSubscription[]> _open = new();
    private long _version;

    /// <summary>Version that changes when a subscription starts or ends.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>All entries, in no order.</summary>
    public IEnumerable<ActiveSubscription> All => _open.SelectMany(static pair => pair.Value);

    /// <summary>Adds the subscriptions of a stream that opens. They are removed when the stream ends.</summary>
    /// <param name="hubPath">Path of the hub's address.</param>
    /// <param name="matchers">The matchers of the stream.</param>
    /// <param name="claims">The Mercure claims of its token, or null.</param>
    /// <param name="subscriber">The stream.</param>
    public void Add(string hubPath, IReadOnlyList<(string? Type, string Text)> matchers, MercureClaims? claims, Subscriber subscriber)
    {
        var id = Guid.NewGuid();
        string name = $"urn:uuid:{id}";
        ActiveSubscription[] subscriptions =
        [
            .. matchers.Select(matcher => new ActiveSubscription(
                ActiveSubscription.TopicOf(hubPath, matcher.Type, matcher.Text, name), matcher.Type, matcher.Text, name, claims?.PayloadOf(matcher.Text))),
        ];
        _open[id] = subscriptions;
        Changed(subscriptions, isActive: true);
        _ = subscriber.Completion.ContinueWith(
            _ => Remove(id), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Remove(Guid id)
    {
        if (_open.TryRemove(id, out ActiveSubscription[]? subscriptions))
        {
            Changed(subscriptions, isActive: false);
        }
    }

    private void Changed(ActiveSubscription[] subscriptions, bool isActive)
    {
        Interlocked.Increment(ref _version);
        foreach (ActiveSubscription subscription in subscriptions)
        {
            announcer.Announce(subscription, isActive);
        }
    }
}
