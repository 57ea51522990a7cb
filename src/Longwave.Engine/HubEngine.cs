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

/// <summary>The hub without HTTP: one durable log, and subscribers that each read the log from their own position.</summary>
/// <remarks>
/// The path of an event in seven steps. Comments in the code refer to the step numbers.
/// <code>
/// publisher ─1▶ queue ─2▶ sequencer ─3▶ LOG (SQLite) ─4▶ hot tail ─5▶ shards ─6▶ subscribers ─▶ sinks
///                                        └──────── catch-up readers ◀── 7 ──┘
/// </code>
/// <list type="number">
/// <item>Intake: a request waits in a bounded queue (<see cref="PublishQueue"/>). Each event was checked when it was added
/// (<see cref="PublishRequest"/>).</item>
/// <item>Sequence: the sequencer decides offset, time and repeat of each event (<see cref="Sequencer"/>). The writer thread runs steps 2 to 4 for all
/// waiting requests at once (<see cref="CommitLoop"/>).</item>
/// <item>Append: the appender writes events, keys and the upstream position in one transaction with one sync (<see cref="Appender"/>).</item>
/// <item>Show: the events become visible in the hot tail (<see cref="HotTail"/>). Then the hub answers the publishers.</item>
/// <item>Route: each shard reads the hot tail from its own sequence and looks up the subscribers of each topic (<see cref="Fanout.Shard"/>).</item>
/// <item>Deliver: a shard visits the subscribers of a selector in rounds; each visit sends every frame that the subscriber lacks, in one write
/// (<see cref="Subscribers.Round"/>).</item>
/// <item>Catch up: a subscriber that is not at the live edge reads the log from its own position, in its shard or on a catch-up thread
/// (<see cref="CatchUp.BacklogReader"/>, <see cref="CatchUp.CatchUpReaders"/>).</item>
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
    private readonly RequestCounts _requests = new();
    private readonly PatternAccount _patterns;
    private readonly StartResolver _starts;
    private readonly Greeting _greeting;
    private readonly CommitLoop _commits;
    private readonly CatchUpReaders _readers;

    // Subscriptions whose patterns or grants take long to match have a shard and a catch-up thread of their own, of low priority, so that they delay
    // only each other.
    private readonly CatchUpReaders _costlyReaders;
    private readonly Shard _costly;

    // All shards; the last one is the costly one.
    private readonly Shard[] _shards;
    private readonly BackgroundLoops _loops;
    private readonly Thread[] _threads;
    private readonly ITimer[] _timers;
    private long _lastId;

    // Written before _draining, a volatile write, and read after it: a reader that sees the drain also sees its start.
    private long _drainStart;
    private volatile bool _draining;

    private HubEngine(EngineOptions options, EventLog log, TimeProvider clock, ILoggerFactory loggers, BackgroundLoops loops)
    {
        (Options, _log, _clock, _loops) = (options, log, clock, loops);
        _logger = loggers.CreateLogger("Longwave.Engine");
        _patterns = new PatternAccount(options.Limits);
        _starts = new StartResolver(log);
        _greeting = new Greeting(log, _starts, options);
        _readers = new CatchUpReaders(log, options, loops, _logger);
        _costlyReaders = new CatchUpReaders(log, options, loops, _logger, isCostly: true);
        _costly = new Shard(log, options, _costlyReaders, _counts, clock, _logger, givesWay: true);
        int shards = options.Shards > 0 ? options.Shards : Environment.ProcessorCount;
        _shards = [.. Enumerable.Range(0, shards).Select(_ => new Shard(log, options, _readers, _counts, clock, _logger)), _costly];
        _threads = [.. _shards.Select((shard, i) => loops.StartThread(
            shard == _costly ? "longwave-shard-costly" : $"longwave-shard-{i}", shard.Run, shard.EndAll, isLowPriority: shard == _costly))];
        _timers = Array.ConvertAll(_shards, shard => loops.StartTimer(
            "longwave-tick", shard.PostTick, shard.TickInterval, shard.TickInterval));
        _commits = new CommitLoop(options, log, WakeShards, _requests.Rejected, loops, clock, _logger);
        Metrics = new HubMetrics(log, _commits, _shards, [_readers, _costlyReaders], loops, _counts, _patterns, _requests);
    }

    /// <summary>The options that the hub was opened with.</summary>
    public EngineOptions Options { get; }

    /// <summary>Position of the newest event.</summary>
    public Position Tip => _log.TipPosition;

    /// <summary>
    /// Position in the upstream of the last committed request that had one (<see cref="PublishRequest.SetSourcePosition"/>); null if none had. After
    /// a restart, a reader of the upstream continues from here.
    /// </summary>
    public ReadOnlyMemory<byte>? SourcePosition => _log.SourcePosition is { } source ? new ReadOnlyMemory<byte>(source) : default(ReadOnlyMemory<byte>?);

    /// <summary>Current state of the hub.</summary>
    public HubHealth Health => _loops.HasFailed ? HubHealth.Failed : _draining ? HubHealth.Draining : _commits.Health;

    /// <summary>Time until the end of the drain plus <see cref="EngineOptions.RestartTime"/>; zero while the hub does not drain.</summary>
    public TimeSpan UntilRestart => _draining ? Options.UntilRestart(_clock.GetElapsedTime(_drainStart)) : TimeSpan.Zero;

    /// <summary>Number of open streams.</summary>
    public int ConnectionCount => _counts.Open;

    /// <summary>Counters and gauges of the hub.</summary>
    public HubMetrics Metrics { get; }

    /// <summary>Opens the log and starts the threads.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="clock">Source of time and timers.</param>
    /// <param name="loggers">Factory of the loggers for failures and state changes.</param>
    /// <param name="loops">Supervisor of threads and timers, shared with the application; null for a supervisor of this engine alone.</param>
    /// <exception cref="LogUnavailableException">The log can't be opened; the message contains the reason and the remedy.</exception>
    public static HubEngine Open(EngineOptions options, TimeProvider clock, ILoggerFactory loggers, BackgroundLoops? loops = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        return new HubEngine(options, EventLog.Open(options, loggers.CreateLogger("Longwave.Engine")), clock, loggers, loops ?? new BackgroundLoops(clock, loggers));
    }

    /// <summary>Creates an empty request. Add events to the request and publish it.</summary>
    public PublishRequest NewRequest() => new(Options.Limits, _requests.Rejected);

    /// <summary>
    /// Appends the events of a request, all or none. The task completes when every event is as durable as its policy requires. A queued request can't
    /// be cancelled. Await the result once.
    /// </summary>
    /// <exception cref="InvalidOperationException">The request has been published before.</exception>
    public ValueTask<PublishResult> PublishAsync(PublishRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        // 1. Intake. Steps 2 to 4 follow on the writer thread.
        return _commits.PublishAsync(request);
    }

    /// <summary>Appends events, all or none, as one new request. If <see cref="PublishRequest.Add"/> rejects an event, that is the result.</summary>
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

    /// <summary>
    /// Deletes the oldest events of a topic, through a position or from before a time; without either, all of them and the topic. The task completes when
    /// the deletion is durable and no reader receives the events any more. The hub frees their space afterwards. Await the result once.
    /// </summary>
    public ValueTask<DeletionResult> DeleteAsync(DeletionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _commits.DeleteAsync(request);
    }

    /// <summary>
    /// Resolves where a stream would start now. A caller that tells its client before the stream begins passes the result on in
    /// <see cref="SubscribeRequest.Start"/>; for every other request the hub resolves it when the stream begins.
    /// </summary>
    public StartPosition ResolveStart(SubscribeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _starts.Resolve(request);
    }

    /// <summary>
    /// Whether a stream would have no event to deliver, now or later: every topic that it requests is complete, and it starts after the last event. A
    /// stream with a selector that can match new topics never is at its end, and neither is one that must first report a reset.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="access">Read access of the caller; null if it may read every event.</param>
    public bool HasEnded(SubscribeRequest request, ReadAccess? access)
    {
        ArgumentNullException.ThrowIfNull(request);
        StartPosition start = request.Start ?? _starts.Resolve(request);
        return start.Reset is null && EndedTopics.HasAll(request.Selectors, _log.Topics, access, start.After);
    }

    /// <summary>
    /// Id of the newest event, as <see cref="EventFormat.SseWithIds"/> writes it and <see cref="ResolveStart"/> finds it; null if the log never had an event.
    /// </summary>
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

        // An id that an earlier event also has would find that event, so the position is used instead.
        return id is not null && _log.PublisherIds.Find(id) == tip.Offset ? id : $"{EventRules.PositionMark}{tip}";
    }

    /// <summary>Opens a stream. The engine writes to the sink from its own threads, possibly before this method returns.</summary>
    public SubscribeOutcome TrySubscribe(SubscribeRequest request, ISink sink, out Subscriber? subscriber)
    {
        SubscribeOutcome outcome = TryAdmit(request, sink, out subscriber);
        if (outcome == SubscribeOutcome.Accepted)
        {
            Start(subscriber!);
        }

        return outcome;
    }

    /// <summary>Admits a stream whose sink is not ready yet. Call <see cref="Start"/> or <see cref="Abandon"/> afterwards.</summary>
    public SubscribeOutcome TryAdmit(SubscribeRequest request, ISink sink, out Subscriber? subscriber)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(sink);
        SubscribeOutcome outcome = Subscribe(request, sink, out subscriber);
        _requests.Subscribes.Add(outcome);
        if (outcome != SubscribeOutcome.Accepted)
        {
            request.Lease?.Dispose();
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
        SubscribeOutcome outcome = _patterns.TryCharge(filter.Selectors, request.Client, out PatternCharge? charge);
        PatternCharge? grantCharge = null;
        if (outcome == SubscribeOutcome.Accepted)
        {
            outcome = _patterns.TryChargeGrants(request.Identity?.Access?.Patterns ?? [], request.Client, out grantCharge);
        }

        if (outcome != SubscribeOutcome.Accepted)
        {
            _patterns.Return(charge);
            _counts.Closed();
            return outcome;
        }

        long id = Interlocked.Increment(ref _lastId);
        bool isCostly = charge?.IsInline == false || Subscriber.HasCostlyGrants(request.Identity?.Access, filter, request);
        Shard shard = isCostly ? _costly : _shards[id % (_shards.Length - 1)];
        shard.IsUsed = true;
        subscriber = new Subscriber(id, request, filter, sink, shard.Inbox, _patterns) { IsCostly = isCostly, Charge = charge, GrantCharge = grantCharge };
        sink.Attach(subscriber);
        return SubscribeOutcome.Accepted;
    }

    /// <summary>Starts an admitted stream: writes the greeting at the start position and passes the stream to its shard.</summary>
    public void Start(Subscriber subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        _greeting.Write(subscriber);
        subscriber.HandOver();
    }

    /// <summary>Discards a stream that was admitted and never started.</summary>
    public void Abandon(Subscriber subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        _requests.Abandoned.Add(CloseReason.ClientGone);
        _counts.Closed();
        subscriber.Completed(CloseReason.ClientGone);
    }

    /// <summary>Lists topics that have or had events, sorted by name (ordinal).</summary>
    /// <param name="filter">Selector that the topics must match; null for all topics.</param>
    /// <param name="after">Name after which the page starts, or a <see cref="TopicPage.Next"/>; null for the first page.</param>
    /// <param name="limit">Maximum number of topics in the page.</param>
    /// <param name="access">Access of the reader, which hides other topics; null for all topics.</param>
    public TopicPage Topics(Selector? filter, string? after, int limit, ReadAccess? access = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return new TopicPages(_log.Topics).Read(filter, after, limit, access);
    }

    /// <summary>
    /// Drains the hub: rejects new streams and ends the open ones over <see cref="EngineOptions.DrainWindow"/>; each client receives a reconnection
    /// time after the window. Publishing continues. Returns when all streams have ended, at the latest a few seconds after the window.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        long start = _drainStart = _clock.GetTimestamp();
        _draining = true;
        SubscriberLog.Draining(_logger, ConnectionCount, Options.DrainWindow);
        Array.ForEach(_shards, static shard => shard.Post(new ShardMessage(ShardMessageKind.Drain)));
        while (ConnectionCount > 0 && _clock.GetElapsedTime(start) < Options.DrainWindow + DrainGrace && !cancellation.IsCancellationRequested)
        {
            await Task.Delay(DrainPoll, _clock, CancellationToken.None);
        }

        if (ConnectionCount > 0)
        {
            SubscriberLog.DrainIncomplete(_logger, ConnectionCount);
        }
    }

    /// <summary>Commits the queued requests, completes the index and closes the log. Drain the streams first.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (ITimer timer in _timers)
        {
            await timer.DisposeAsync();
        }

        await Task.Run(() =>
        {
            _readers.Dispose();
            _costlyReaders.Dispose();
            Array.ForEach(_shards, static shard => shard.Close());
            Array.ForEach(_threads, static thread => thread.Join());
            Array.ForEach(_shards, static shard => shard.Dispose());
            _commits.Dispose();
        });
    }

    private void WakeShards()
    {
        // A full fence: the writer stores the tip, then reads whether a shard is used; an opening thread stores that a shard is used, then reads
        // the tip (ShardInbox.Open). At least one of the two sees the other's store, so the shard does not miss its first event.
        Thread.MemoryBarrier();
        foreach (Shard shard in _shards)
        {
            if (shard.IsUsed)
            {
                shard.Wake();
            }
        }
    }
}
