using System.Collections.Concurrent;
using Longwave.Engine.Subscribers;

namespace Longwave.Server.Mercure;

/// <summary>Every subscription of an open stream. One is in it for as long as its subscriber lives; its coming and going is announced.</summary>
internal sealed class ActiveSubscriptions(SubscriptionAnnouncer announcer)
{
    private readonly ConcurrentDictionary<Guid, ActiveSubscription[]> _open = new();
    private long _version;

    /// <summary>Changes with every subscription that comes or goes.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<ActiveSubscription> All => _open.SelectMany(static pair => pair.Value);

    /// <summary>Takes in the subscriptions of a stream that opens. They leave by themselves.</summary>
    /// <param name="hubPath">Path of the hub's address.</param>
    /// <param name="matchers">What the stream asks for.</param>
    /// <param name="claims">What its token says, or null.</param>
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
