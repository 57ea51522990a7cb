using System.Threading.Channels;
using Longwave.Engine.Configuration;
using Longwave.Engine.Health;
using Longwave.Engine.Publishing;
using Longwave.Protocol.Events;
using Longwave.Server.Hub;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Mercure;

/// <summary>Publishes the start and end of subscriptions, in order and in batches; retries what the log rejects.</summary>
internal sealed partial class SubscriptionAnnouncer(RunningHub hub, BackgroundLoops loops, TimeProvider clock, ILogger<SubscriptionAnnouncer> logger) : IHostedLifecycleService, IDisposable
{
    /// <summary>Maximum number of waiting announcements; further ones are dropped with a log message.</summary>
    private const int MaxWaiting = 1_000_000;

    private const int MaxBatch = 1_000;

    /// <summary>Characters of a rejected topic in the log message.</summary>
    private const int LoggedTopicLength = 200;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(200);

    private readonly Channel<Announcement> _waiting = Channel.CreateBounded<Announcement>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    // Announcements that the loop has taken and not published yet. They survive a restart of the loop.
    private readonly List<Publication> _batch = [];

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private volatile bool _isLeaving;

    /// <summary>The policy of the topics of announcements: each topic has two events and is not used again.</summary>
    public static TopicPolicy Policy => new()
    {
        Selector = "{+hub}/.well-known/mercure/subscriptions{/type,match,subscriber}", Durability = Durability.Memory, MaxAge = TimeSpan.FromHours(1),
    };

    /// <summary>Announces the subscription to every subscriber with the right to read its topic.</summary>
    public void Announce(ActiveSubscription subscription, bool isActive)
    {
        if (!_waiting.Writer.TryWrite(new Announcement(subscription, isActive)))
        {
            LogDropped(subscription.Topic);
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(() => loops.RunAsync("longwave-announcer", RunAsync, _stop.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Stops after the streams have ended and before the log closes.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        _isLeaving = true;
        await _stop.CancelAsync();
        await _running;
    }

    public void Dispose() => _stop.Dispose();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RunAsync()
    {
        while (_batch.Count > 0 || await _waiting.Reader.WaitToReadAsync())
        {
            while (_batch.Count < MaxBatch && _waiting.Reader.TryRead(out Announcement announcement))
            {
                _batch.Add(announcement.ToPublication());
            }

            if (!await TryPublishAsync(_batch))
            {
                return;
            }

            _batch.Clear();
        }
    }

    /// <summary>Publishes a batch; false when the hub stops before the log has accepted it.</summary>
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
                // One event of the batch is rejected permanently: publish each event alone, so that the others succeed.
                return ReferenceEquals(batch, _batch) ? await TryPublishEachAsync() : Drop(batch[0], problem);
            }

            if (_isLeaving)
            {
                return false;
            }

            await Task.Delay(RetryAfter, clock, CancellationToken.None);
        }

        return false;
    }

    private async Task<bool> TryPublishEachAsync()
    {
        while (_batch.Count > 0)
        {
            // Removed first, so that an event for which the loop fails does not make it fail again after its restart.
            Publication publication = _batch[0];
            _batch.RemoveAt(0);
            if (!await TryPublishAsync([publication]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the topic is short enough: it contains the percent-encoded matcher, so a long matcher exceeds the limit of topics.</summary>
    private bool Drop(Publication publication, EventProblem problem)
    {
        string topic = publication.Event.Topic;
        LogRefused(topic.Length > LoggedTopicLength ? topic[..LoggedTopicLength] + "…" : topic, problem.Detail);
        return true;
    }

    [LoggerMessage(EventId = 2500, Level = LogLevel.Warning, Message = "Too many subscriptions start and end at once: the update about {Topic} is dropped")]
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
