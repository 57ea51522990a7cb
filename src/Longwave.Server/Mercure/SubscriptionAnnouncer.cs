using System.Threading.Channels;
using Longwave.Engine.Configuration;
using Longwave.Engine.Publishing;
using Longwave.Protocol.Events;
using Longwave.Server.Hub;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Mercure;

/// <summary>Publishes that subscriptions began and ended, in their order, a batch at a time; what the log does not take is tried again.</summary>
internal sealed partial class SubscriptionAnnouncer(RunningHub hub, TimeProvider clock, ILogger<SubscriptionAnnouncer> logger) : IHostedLifecycleService
{
    /// <summary>Most announcements that wait; more are dropped, and the log says so.</summary>
    private const int MaxWaiting = 1_000_000;

    private const int MaxBatch = 1_000;

    /// <summary>Characters of a refused topic that the log shows.</summary>
    private const int LoggedTopicLength = 200;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(200);

    private readonly Channel<Announcement> _waiting = Channel.CreateBounded<Announcement>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private Task _running = Task.CompletedTask;
    private volatile bool _isLeaving;

    /// <summary>The policy of the topics that it publishes to: each is used twice and never again.</summary>
    public static TopicPolicy Policy => new()
    {
        Selector = "{+hub}/.well-known/mercure/subscriptions{/type,match,subscriber}", Durability = Durability.Memory, MaxAge = TimeSpan.FromHours(1),
    };

    /// <summary>Tells everybody who may know.</summary>
    public void Announce(ActiveSubscription subscription, bool isActive)
    {
        if (!_waiting.Writer.TryWrite(new Announcement(subscription, isActive)))
        {
            LogDropped(subscription.Topic);
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>After the streams have ended and before the log closes.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        _isLeaving = true;
        await _running;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RunAsync()
    {
        var batch = new List<Publication>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out Announcement announcement))
            {
                batch.Add(announcement.ToPublication());
            }

            if (!await TryPublishAsync(batch))
            {
                return;
            }
        }
    }

    /// <summary>False when the hub ends before the log has taken them.</summary>
    private async Task<bool> TryPublishAsync(List<Publication> batch)
    {
        while (hub.EngineOrNull is { } engine)
        {
            PublishResult result = await engine.PublishAsync(batch);
            if (result.Outcome == PublishOutcome.Accepted)
            {
                return true;
            }

            if (result.Problem is { } problem && result.Outcome != PublishOutcome.TooManyTopics)
            {
                // Something of the batch is refused for ever: alone, each of the others gets through.
                return batch.Count == 1 ? Drop(batch[0], problem) : await TryPublishEachAsync(batch);
            }

            if (_isLeaving)
            {
                return false;
            }

            await Task.Delay(RetryAfter, clock, CancellationToken.None);
        }

        return false;
    }

    private async Task<bool> TryPublishEachAsync(List<Publication> batch)
    {
        foreach (Publication publication in batch)
        {
            if (!await TryPublishAsync([publication]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The topic holds the matcher, percent-encoded: a long one makes a topic that is longer than a topic may be.</summary>
    private bool Drop(Publication publication, EventProblem problem)
    {
        string topic = publication.Event.Topic;
        LogRefused(topic.Length > LoggedTopicLength ? topic[..LoggedTopicLength] + "…" : topic, problem.Detail);
        return true;
    }

    [LoggerMessage(EventId = 2500, Level = LogLevel.Warning, Message = "Too many subscriptions begin and end: the update about {Topic} is dropped")]
    private partial void LogDropped(string topic);

    [LoggerMessage(EventId = 2501, Level = LogLevel.Warning, Message = "The update about subscription {Topic} could not be published: {Reason}")]
    private partial void LogRefused(string topic, string reason);

    private readonly record struct Announcement(ActiveSubscription Subscription, bool IsActive)
    {
        public Publication ToPublication() => new(
            new Event
            {
                Topic = Subscription.Topic,
                Type = Subscription.Dialect == Dialect.Current ? MercureUpdate.ReservedType : null,
                IsPrivate = true,
                Data = SubscriptionJson.Write(Subscription, IsActive),
            },
            null);
    }
}
