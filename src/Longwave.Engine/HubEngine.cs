using Longwave.Engine.Access;
using Longwave.Engine.CatchUp;
using Longwave.Engine.Configuration;
using Longwave.Engine.Fanout;
using Longwave.Engine.Health;
using Longwave.Engine.Log;
using Longwave.Engine.Publishing;
using Longwave.Engine.Storage;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine;

/// <summary>The hub without its HTTP: a durable log, and subscribers that each read it from their own place.</summary>
/// <remarks>
/// The path of an event, by number; the code refers to these.
/// <code>
/// publisher ─1▶ queue ─2▶ sequencer ─3▶ LOG (SQLite) ─4▶ hot tail ─5▶ shards ─6▶ subscribers ─▶ sinks
///                                        └──────── catch-up readers ◀── 7 ──┘
/// </code>
/// <list type="number">
/// <item>Intake: a request, whose events were checked as they were added (<see cref="PublishRequest"/>), waits in a bounded queue (<see cref="PublishQueue"/>).</item>
/// <item>The sequencer decides offset, time and repeat of each event (<see cref="Sequencer"/>). One thread does this and the next two steps for all requests that wait (<see cref="CommitLoop"/>).</item>
/// <item>The appender writes events, keys and the position in an upstream: one transaction, one sync (<see cref="Appender"/>).</item>
/// <item>The events become visible in the hot tail (<see cref="HotTail"/>), and their publishers are answered.</item>
/// <item>Each shard reads the hot tail from a place of its own and looks up who listens (<see cref="Fanout.Shard"/>).</item>
/// <item>One subscriber after the other, round and round, gets the frames that have come by then, in one write (<see cref="Subscribers.Sweep"/>).</item>
/// <item>Whoever is not at the live edge, or can't keep up, reads the log from its cursor (<see cref="CatchUp.CatchUpReaders"/>).</item>
/// </list>
/// </remarks>
public sealed class HubEngine : IAsyncDisposable
{
    private static readonly TimeSpan DrainGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(25);

    private readonly EventLog _log;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SubscriberCounts _counts = new();
    private readonly PatternCounts _patterns;
    private readonly Greeting _greeting;
    private readonly CommitLoop _commits;
    private readonly CatchUpReaders _readers;
    private readonly Shard[] _shards;
    private readonly BackgroundLoops _loops;
    private readonly Thread[] _threads;
    private readonly ITimer[] _timers;
    private long _lastId;
    private volatile bool _draining;

    private HubEngine(EngineOptions options, EventLog log, TimeProvider clock, ILoggerFactory loggers, BackgroundLoops loops)
    {
        (Options, _log, _clock, _loops) = (options, log, clock, loops);
        _logger = loggers.CreateLogger("Longwave.Engine");
        _patterns = new PatternCounts(options.Limits.MaxPatterns);
        _greeting = new Greeting(log, options);
        _readers = new CatchUpReaders(log, options, loops, _logger);
        int shards = options.Shards > 0 ? options.Shards : Environment.ProcessorCount;
        _shards = [.. Enumerable.Range(0, shards).Select(_ => new Shard(log, options, _readers, _counts, clock, _logger))];
        _threads = [.. _shards.Select((shard, i) => loops.StartThread($"longwave-shard-{i}", shard.Run))];
        _timers = Array.ConvertAll(_shards, shard => loops.StartTimer(
            "longwave-tick", shard.PostTick, shard.TickInterval, shard.TickInterval));
        _commits = new CommitLoop(options, log, WakeShards, loops, clock, _logger);
    }

    /// <summary>What it was opened with.</summary>
    public EngineOptions Options { get; }

    /// <summary>Position of the newest event.</summary>
    public Position Tip => _log.TipPosition;

    /// <summary>
    /// How far an upstream is read: the position of the last request that is in the log and had one (<see cref="PublishRequest.SetSourcePosition"/>);
    /// null when there was none. After a restart a reader of the upstream goes on from here.
    /// </summary>
    public ReadOnlyMemory<byte>? SourcePosition => _log.SourcePosition is { } source ? new ReadOnlyMemory<byte>(source) : default(ReadOnlyMemory<byte>?);

    /// <summary>What it can do just now.</summary>
    public HubHealth Health => _loops.HasFailed ? HubHealth.Failed : _draining ? HubHealth.Draining : _commits.Health;

    /// <summary>Open streams.</summary>
    public int ConnectionCount => _counts.Open;

    /// <summary>Streams that ended since the start, by reason.</summary>
    public IReadOnlyDictionary<CloseReason, long> Closed => Enum.GetValues<CloseReason>().ToDictionary(static reason => reason, _counts.ClosedBy);

    /// <summary>Opens the log and starts the threads.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="clock">The time.</param>
    /// <param name="loggers">Where it tells what its operator must know.</param>
    /// <param name="loops">Watches its threads and timers, with others of the application; null for those of this engine alone.</param>
    /// <exception cref="LogUnavailableException">The log can't be opened; the message says why and what to do.</exception>
    public static HubEngine Open(EngineOptions options, TimeProvider clock, ILoggerFactory loggers, BackgroundLoops? loops = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        return new HubEngine(options, EventLog.Open(options), clock, loggers, loops ?? new BackgroundLoops(clock, loggers));
    }

    /// <summary>
    /// Gives a log that was restored from a copy a new epoch: clients with positions of the log that was lost are then told by a reset,
    /// where they would otherwise miss or mix up events silently.
    /// </summary>
    /// <param name="dataDirectory">Directory of the log; no hub may be using it.</param>
    /// <returns>The epoch that it had, and the one that it has now.</returns>
    /// <exception cref="LogUnavailableException">There is no log, a hub uses it, or it can't be written; the message says which.</exception>
    public static (uint Before, uint After) RenewEpoch(string dataDirectory)
    {
        ArgumentException.ThrowIfNullOrEmpty(dataDirectory);
        return EpochRenewal.Run(dataDirectory);
    }

    /// <summary>An empty request; add events to it and publish it.</summary>
    public PublishRequest NewRequest() => new(Options.Limits);

    /// <summary>
    /// Appends the events of a request, all or none. Completes when every event is as durable as its policy says; a request that waits in the
    /// queue can't be cancelled. Await the result once.
    /// </summary>
    /// <exception cref="InvalidOperationException">The request has been published before.</exception>
    public ValueTask<PublishResult> PublishAsync(PublishRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _commits.PublishAsync(request);
    }

    /// <summary>Appends events, all or none, as a request of their own. A refusal of <see cref="PublishRequest.Add"/> is the result.</summary>
    public ValueTask<PublishResult> PublishAsync(IReadOnlyList<Publication> publications)
    {
        ArgumentNullException.ThrowIfNull(publications);
        PublishRequest request = NewRequest();
        foreach (Publication publication in publications)
        {
            if (request.Add(publication.Event, publication.Key) is { } refused)
            {
                return ValueTask.FromResult(refused);
            }
        }

        return _commits.PublishAsync(request);
    }

    /// <summary>Finds an event by an id as <see cref="EventFormat.SseWithIds"/> writes it: a publisher's, or <c>#</c> and a position. Also takes a bare position.</summary>
    public EventLocation Find(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Length == 0 || id[0] != EventRules.PositionMark)
        {
            if (_log.PublisherIds.Find(id) is { } offset)
            {
                return new EventLocation(new Position(_log.Epoch, offset), IsKept: true);
            }
        }
        else
        {
            id = id[1..];
        }

        return Position.TryParse(id, out Position position) && position.Epoch == _log.Epoch && position.Offset <= _log.Tip
            ? new EventLocation(position, IsKept(position.Offset))
            : default;
    }

    /// <summary>The newest event's id as <see cref="EventFormat.SseWithIds"/> writes it and <see cref="Find"/> finds it; null when there never was an event.</summary>
    public string? NewestId()
    {
        Position tip = Tip;
        if (tip.Offset == 0)
        {
            return null;
        }

        long sequence = _log.Tail.Find(tip.Offset - 1);
        string? id = null;
        if (sequence < 0 || _log.Tail[sequence] is not { } newest)
        {
            _log.PublisherIds.TryName(tip.Offset, out id);
        }
        else if (newest.Offset == tip.Offset)
        {
            id = newest.Event.Id;
        }

        // A name that an earlier event has, too, would lead to that one.
        return id is not null && _log.PublisherIds.Find(id) == tip.Offset ? id : $"{EventRules.PositionMark}{tip}";
    }

    /// <summary>Opens a stream. The engine writes to the sink from threads of its own, beginning before this returns.</summary>
    public SubscribeOutcome TrySubscribe(SubscribeRequest request, ISink sink, out Subscriber? subscriber)
    {
        SubscribeOutcome outcome = TryAdmit(request, sink, out subscriber);
        if (outcome == SubscribeOutcome.Accepted)
        {
            Start(subscriber!);
        }

        return outcome;
    }

    /// <summary>Admits a stream whose sink is not ready yet; <see cref="Start"/> or <see cref="Abandon"/> must follow.</summary>
    public SubscribeOutcome TryAdmit(SubscribeRequest request, ISink sink, out Subscriber? subscriber)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(sink);
        SubscribeOutcome outcome = Subscribe(request, sink, out subscriber);
        if (outcome != SubscribeOutcome.Accepted)
        {
            request.Place?.Dispose();
        }

        return outcome;
    }

    private SubscribeOutcome Subscribe(SubscribeRequest request, ISink sink, out Subscriber? subscriber)
    {
        subscriber = null;
        if (_draining)
        {
            return SubscribeOutcome.Draining;
        }

        if (!_counts.TryOpen(Options.Limits.MaxConnections))
        {
            return SubscribeOutcome.TooManyConnections;
        }

        var filter = new TopicFilter(request.Selectors);
        if (!_patterns.TryAdd(filter.Selectors))
        {
            _counts.Refused();
            return SubscribeOutcome.TooManyPatterns;
        }

        long id = Interlocked.Increment(ref _lastId);
        Shard shard = _shards[id % _shards.Length];
        subscriber = new Subscriber(id, request, filter, sink, shard.Inbox, _patterns);
        sink.Attach(subscriber);
        return SubscribeOutcome.Accepted;
    }

    /// <summary>Begins an admitted stream: greets it at the place where it starts, and hands it to its shard.</summary>
    public void Start(Subscriber subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        _greeting.Write(subscriber);
        subscriber.HandOver();
    }

    /// <summary>Gives up a stream that was admitted and never started.</summary>
    public void Abandon(Subscriber subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        _counts.Closed(CloseReason.ClientGone);
        subscriber.Completed(CloseReason.ClientGone);
    }

    /// <summary>The topics that have or had events, sorted by name (ordinal).</summary>
    /// <param name="filter">Only those that it matches; null for all.</param>
    /// <param name="after">Only those after this name; null for the first page. Or a <see cref="TopicPage.Next"/>.</param>
    /// <param name="limit">Most topics of the page.</param>
    /// <param name="access">Only topics that it may see; null for all topics.</param>
    public TopicPage Topics(Selector? filter, string? after, int limit, ReadAccess? access = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return new TopicPages(_log.Topics).Read(filter, after, limit, access);
    }

    /// <summary>
    /// Leaves: no new streams, and the open ones end spread over <see cref="EngineOptions.DrainWindow"/>, each told when to come back.
    /// Publishing goes on. Returns when all are gone, or a few seconds after the window.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        _draining = true;
        SubscriberLog.Draining(_logger, ConnectionCount, Options.DrainWindow);
        Array.ForEach(_shards, static shard => shard.Post(new ShardMessage(ShardMessageKind.Drain)));
        long start = _clock.GetTimestamp();
        while (ConnectionCount > 0 && _clock.GetElapsedTime(start) < Options.DrainWindow + DrainGrace && !cancellation.IsCancellationRequested)
        {
            await Task.Delay(DrainPoll, _clock, CancellationToken.None);
        }

        if (ConnectionCount > 0)
        {
            SubscriberLog.DrainIncomplete(_logger, ConnectionCount);
        }
    }

    /// <summary>Writes what still waits, brings the log in order and closes it. Streams should be gone by then.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (ITimer timer in _timers)
        {
            await timer.DisposeAsync();
        }

        await Task.Run(() =>
        {
            _readers.Dispose();
            Array.ForEach(_shards, static shard => shard.Close());
            Array.ForEach(_threads, static thread => thread.Join());
            Array.ForEach(_shards, static shard => shard.Dispose());
            _commits.Dispose();
        });
    }

    private bool IsKept(long offset)
    {
        if (offset == _log.Tip)
        {
            return true;
        }

        long sequence = _log.Tail.Find(offset - 1);
        return sequence >= 0 && _log.Tail[sequence] is { } found ? found.Offset == offset && found.Topic.Keeps(offset) : _log.PublisherIds.TryName(offset, out _);
    }

    private void WakeShards() => Array.ForEach(_shards, static shard => shard.Wake());
}
