using Longwave.Engine.Subscribers;
using Longwave.Server.Subscribe;

namespace Longwave.Server.Mercure;

/// <summary>Every subscription of the open streams. Each stays in it until its subscriber ends; its start and end are announced.</summary>
internal sealed class ActiveSubscriptions(SubscriptionAnnouncer announcer)
{
    private readonly OrderedItems<string, ActiveSubscription> _open = new(static subscription => subscription.Topic, StringComparer.Ordinal);
    private long _version;

    /// <summary>Version that changes when a subscription starts or ends.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>All entries, in the order of their topics.</summary>
    public IEnumerable<ActiveSubscription> All => _open.All;

    /// <summary>The entry of a topic; null if there is none.</summary>
    public ActiveSubscription? Find(string topic) => _open.TryGet(topic, out ActiveSubscription? found) ? found : null;

    /// <summary>The entries whose topic is below a path. Visits no other entry, except the first one after them.</summary>
    public IEnumerable<ActiveSubscription> Below(string path) =>
        _open.After(path + "/").TakeWhile(subscription => subscription.Topic.StartsWith(path + "/", StringComparison.Ordinal));

    /// <summary>Adds the subscriptions of a stream that opens. They are removed when the stream ends.</summary>
    /// <param name="hubPath">Path of the hub's address.</param>
    /// <param name="matchers">The matchers of the stream.</param>
    /// <param name="claims">The Mercure claims of its token, or null.</param>
    /// <param name="subscriber">The stream.</param>
    public void Add(string hubPath, IReadOnlyList<(string? Type, string Text)> matchers, MercureClaims? claims, Subscriber subscriber)
    {
        string name = $"urn:uuid:{Guid.NewGuid()}";
        ActiveSubscription[] subscriptions =
        [
            .. matchers.Select(matcher => new ActiveSubscription(
                ActiveSubscription.TopicOf(hubPath, matcher.Type, matcher.Text, name), matcher.Type, matcher.Text, name, claims?.PayloadOf(matcher.Text))),
        ];
        foreach (ActiveSubscription subscription in subscriptions)
        {
            _open.TryAdd(subscription);
        }

        Changed(subscriptions, isActive: true);
        _ = subscriber.Completion.ContinueWith(
            _ => Remove(subscriptions), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Remove(ActiveSubscription[] subscriptions)
    {
        foreach (ActiveSubscription subscription in subscriptions)
        {
            _open.Remove(subscription.Topic);
        }

        Changed(subscriptions, isActive: false);
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
