using System.Runtime.InteropServices;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Publishing;

/// <summary>The writer: one thread that drops repeats, gives offsets, commits, makes events visible and then answers their publishers.</summary>
internal sealed class PublisherPipeline : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two tries of a full disk: each writes a file.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);

    private readonly EngineOptions _options;
    private readonly EventLog _log;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Action _published;
    private readonly PublishQueue _queue;
    private readonly RetentionSweep _retention;
    private readonly Thread _thread;
    private readonly List<PublishRequest> _requests = [];
    private readonly List<PendingEvent> _events = [];
    private readonly List<PublishResult> _results = [];
    private readonly Dictionary<IdempotencyKey, Position> _batchKeys = [];
    private long _nextRetention;
    private long _lastProbe;
    private long _refusedBytes;
    private int _health = (int)HubHealth.Healthy;

    /// <summary>Starts the writer.</summary>
    /// <param name="options">Bounds and windows.</param>
    /// <param name="log">The log; from here on its writer side belongs to this thread.</param>
    /// <param name="published">Called after events became visible, from the writer's thread: wakes whoever delivers them.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Where failures of storage are told.</param>
    public PublisherPipeline(EngineOptions options, EventLog log, Action published, TimeProvider clock, ILogger logger)
    {
        (_options, _log, _published, _clock, _logger) = (options, log, published, clock, logger);
        _queue = new PublishQueue(options.Limits);
        _retention = new RetentionSweep(log.Database, log.Writer, log.Indexer, log.Topics, log.Keys);
        _thread = new Thread(Run) { Name = "longwave-writer", IsBackground = true };
        _thread.Start();
    }

    public HubHealth Health => (HubHealth)Volatile.Read(ref _health);

    /// <summary>Step 1 of the path of an event (see <see cref="HubEngine"/>).</summary>
    public ValueTask<PublishResult> PublishAsync(PublishRequest request)
    {
        request.Submit();
        if (Health == HubHealth.PublishingStopped)
        {
            return ValueTask.FromResult(PublishResult.Refused(PublishOutcome.Stopped));
        }

        if (CheckHotTail(request) is { } problem)
        {
            return ValueTask.FromResult(PublishResult.Refused(PublishOutcome.LargerThanHotTail, problem));
        }

        return _queue.TryAdd(request) is { } refused
            ? ValueTask.FromResult(PublishResult.Refused(refused))
            : new ValueTask<PublishResult>(request.Done);
    }

    /// <summary>Takes no more requests, writes those that wait, brings the index up to date and closes the log.</summary>
    public void Dispose()
    {
        _queue.Close();
        _thread.Join();
    }

    private void Run()
    {
        while (_queue.Take(_requests, HasWork ? TimeSpan.Zero : LongestWait))
        {
            if (_requests.Count > 0)
            {
                Commit();
            }

            if (Health != HubHealth.PublishingStopped)
            {
                Tidy();
            }

            _requests.Clear();
        }

        if (Health != HubHealth.PublishingStopped)
        {
            Guarded(() => _log.Writer.Close(_log.Tip));
        }

        _log.Dispose();
    }

    private bool HasWork => Health == HubHealth.Healthy && (_retention.IsRunning || _log.Indexer.IsDue);

    /// <summary>Steps 2 to 4 of the path of an event (see <see cref="HubEngine"/>).</summary>
    private void Commit()
    {
        PublishOutcome outcome = Health == HubHealth.PublishingStopped ? PublishOutcome.Stopped : Prepare();
        if (outcome == PublishOutcome.Accepted)
        {
            outcome = Guarded(() =>
            {
                _log.EvictTail();
                _log.Writer.Commit(_events);
            });
        }

        if (outcome == PublishOutcome.Accepted)
        {
            _log.Publish(_events);
        }
        else
        {
            _refusedBytes = _requests.Sum(static request => request.Bytes);
        }

        for (int i = 0; i < _requests.Count; i++)
        {
            // Requests that came in while publishing was being stopped were not even prepared.
            bool refused = outcome != PublishOutcome.Accepted && (i >= _results.Count || _results[i].Outcome == PublishOutcome.Accepted);
            _requests[i].Complete(refused ? PublishResult.Refused(outcome) : _results[i]);
        }

        if (outcome == PublishOutcome.Accepted)
        {
            // After the answers: on few cores the fan-out would keep them, and with them the next events, from getting on.
            _published();
        }

        _events.Clear();
        _results.Clear();
        _batchKeys.Clear();
    }

    /// <summary>Turns the requests into events with offsets; what they are answered if the commit succeeds goes to the results.</summary>
    private PublishOutcome Prepare()
    {
        long time = Math.Max(_log.LastTimeUnixMs, _clock.GetUtcNow().ToUnixTimeMilliseconds());
        _log.Keys.Expire(time);
        foreach (PublishRequest request in _requests)
        {
            _results.Add(Prepare(request.Publications, time));
        }

        return PublishOutcome.Accepted;
    }

    private PublishResult Prepare(IReadOnlyList<Publication> publications, long time)
    {
        if (!HasRoomForTopics(publications))
        {
            return PublishResult.Refused(PublishOutcome.TooManyTopics, new EventProblem(
                "topic", $"The log knows {_options.Limits.MaxTopics} topics, as many as it takes; nothing was appended.", EventProblemKind.TooLarge));
        }

        var published = new PublishedEvent[publications.Count];
        for (int i = 0; i < published.Length; i++)
        {
            Publication publication = publications[i];
            published[i] = publication.Key is { } key && _log.Keys.IsOn && Known(key) is { } first
                ? new PublishedEvent(first, Duplicate: true)
                : new PublishedEvent(Add(publication, time), Duplicate: false);
        }

        return new PublishResult(PublishOutcome.Accepted, published);
    }

    private Position? Known(IdempotencyKey key) =>
        _log.Keys.TryGet(key, out long offset) ? new Position(_log.Epoch, offset)
        : _batchKeys.TryGetValue(key, out Position position) ? position
        : null;

    private Position Add(Publication publication, long time)
    {
        long last = _events.Count > 0 ? _events[^1].Event.Offset : _log.Tip;
        var position = new Position(_log.Epoch, last + 1);
        Event added = publication.Event;
        Topic[] alternates = added.Alternates.Count == 0 ? [] : [.. added.Alternates.Select(TopicOf).Distinct()];
        IdempotencyKey? key = _log.Keys.IsOn ? publication.Key : null;
        _events.Add(new PendingEvent(new TailEvent(added, TopicOf(added.Topic), alternates, position, time), key));
        if (key is { } known)
        {
            _batchKeys[known] = position;
        }

        return position;
    }

    private Topic TopicOf(string name) => _log.Topics.TryGet(name, out Topic? topic) ? topic : _log.Topics.Add(name);

    private bool HasRoomForTopics(IReadOnlyList<Publication> publications)
    {
        int room = _options.Limits.MaxTopics - _log.Topics.Count;
        foreach (Publication publication in publications)
        {
            // Counts a topic that comes twice in the request twice; near the bound that refuses one request early, at most.
            room -= _log.Topics.TryGet(publication.Event.Topic, out _) ? 0 : 1;
            for (int i = 0; i < publication.Event.Alternates.Count; i++)
            {
                room -= _log.Topics.TryGet(publication.Event.Alternates[i], out _) ? 0 : 1;
            }

            if (room < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Events of durability memory are in the hot tail only. More of them than it keeps would leave it in the moment in which they came, before
    /// any subscriber could get them.
    /// </summary>
    private EventProblem? CheckHotTail(PublishRequest request)
    {
        HubLimits limits = _options.Limits;
        if (request.Count <= limits.HotTailEvents && request.TailBytes <= limits.HotTailBytes)
        {
            return null;
        }

        int events = 0;
        long bytes = 0;
        foreach (Publication publication in request.Publications)
        {
            if (_log.Topics.IsInMemory(publication.Event))
            {
                events++;
                bytes += TailEvent.SizeOf(publication.Event);
            }
        }

        return events <= limits.HotTailEvents && bytes <= limits.HotTailBytes
            ? null
            : new EventProblem(
                "body",
                $"Topics of durability Memory keep their events in the hot tail only, which takes {limits.HotTailEvents} events and {limits.HotTailBytes} bytes; send several smaller requests.",
                EventProblemKind.TooLarge);
    }

    /// <summary>What is due between two batches, a few milliseconds at most.</summary>
    private void Tidy()
    {
        long now = _clock.GetTimestamp();
        if (Health == HubHealth.DiskFull)
        {
            LookForRoom(now);
            return;
        }

        if (!_retention.IsRunning && _clock.GetElapsedTime(_nextRetention, now) >= _options.RetentionInterval)
        {
            _nextRetention = now;
            _log.Indexer.Want();
            _retention.Start(Math.Max(_log.LastTimeUnixMs, _clock.GetUtcNow().ToUnixTimeMilliseconds()));
        }

        PublishOutcome outcome = Guarded(() =>
        {
            _log.EvictTail();
            if (_retention.IsRunning)
            {
                _retention.RunSlice();
            }
            else if (_requests.Count == 0 && _log.Indexer.IsDue)
            {
                _log.Writer.Index(TopicIndexer.SliceEntries);
            }
        });
        if (outcome != PublishOutcome.Accepted)
        {
            _retention.Stop();
        }
    }

    /// <summary>Tries now and then whether the disk takes as much again as it refused.</summary>
    private void LookForRoom(long now)
    {
        if (_clock.GetElapsedTime(_lastProbe, now) < ProbeInterval)
        {
            return;
        }

        _lastProbe = now;
        PublishOutcome outcome = Guarded(() =>
        {
            _log.Writer.Checkpoint();
            _log.Probe.Run(_refusedBytes);
            _log.Writer.Touch();
        });
        if (outcome == PublishOutcome.Accepted)
        {
            SetHealth(HubHealth.Healthy);
            PipelineLog.HasRoom(_logger);
        }
    }

    /// <summary>
    /// Storage has three answers: it worked; the disk is full, which ends by itself; anything else, after which nobody knows what is on
    /// disk, so publishing stops until a restart has read the log anew.
    /// </summary>
    private PublishOutcome Guarded(Action work)
    {
        try
        {
            work();
            return PublishOutcome.Accepted;
        }
        catch (StorageException failed) when (failed.IsDiskFull)
        {
            if (SetHealth(HubHealth.DiskFull))
            {
                _lastProbe = _clock.GetTimestamp();
                PipelineLog.DiskFull(_logger, failed.Message);
            }

            return PublishOutcome.DiskFull;
        }
        catch (Exception failed)
        {
            SetHealth(HubHealth.PublishingStopped);
            PipelineLog.Stopped(_logger, failed);
            return PublishOutcome.Stopped;
        }
    }

    private bool SetHealth(HubHealth health) => Interlocked.Exchange(ref _health, (int)health) != (int)health;
}
