using Longwave.Engine.CatchUp;
using Longwave.Engine.Configuration;
using Longwave.Engine.Fanout;
using Longwave.Engine.Health;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Engine.Tests.Fanout;

/// <summary>
/// One shard whose turns the test runs, one catch-up reader, and a manual clock; events are only in the hot tail. So a
/// test can hold a subscriber in any of its states for as long as it wants.
/// </summary>
internal sealed class ShardRig : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CatchUpReaders _readers;
    private readonly Greeting _greeting;
    private readonly PatternAccount _patterns = new(new HubLimits());
    private readonly List<RecordingSink> _sinks = [];
    private readonly EngineOptions _options;
    private long _lastId;

    /// <param name="log">A log; rigs that use it one after the other do not see each other's events.</param>
    public ShardRig(EventLog log)
    {
        (Log, Start) = (log, log.Tip);
        Topic = $"t{Start}";
        _options = new EngineOptions
        {
            CatchUpReaders = 1,
            Limits = { CatchUpPageEvents = 4, JoinScanEvents = 8 },
            StallTimeout = TimeSpan.FromSeconds(60),
            MaxConnectionAge = TimeSpan.FromSeconds(10_000),
            DrainWindow = TimeSpan.FromDays(1_000_000),
        };
        _readers = new CatchUpReaders(Log, _options, new BackgroundLoops(TimeProvider.System, NullLoggerFactory.Instance), NullLogger.Instance);
        Shard = new Shard(Log, _options, _readers, Counts, Clock, NullLogger.Instance);
        _greeting = new Greeting(Log, new StartResolver(Log), _options);
    }

    public ManualClock Clock { get; } = new();

    public EventLog Log { get; }

    /// <summary>Offset of the last event before those of this rig.</summary>
    public long Start { get; }

    /// <summary>The topic of its events and streams.</summary>
    public string Topic { get; }

    public Shard Shard { get; }

    public SubscriberCounts Counts { get; } = new();

    public EngineOptions Options => _options;

    public void Dispose()
    {
        _sinks.ForEach(static sink => sink.Release());
        _readers.Dispose();
        Shard.Dispose();
        Assert.All(_sinks, static sink => Assert.Null(sink.Fault));
    }

    public string PositionOf(long offset) => new Position(Log.Epoch, offset).ToString();

    /// <summary>Publishes an event; returns its offset.</summary>
    public long Publish(string? type = null, string? key = null, string? topic = null)
    {
        string name = topic ?? Topic;
        Topic first = Log.Topics.TryGet(name, out Topic? known) ? known : Log.Topics.Add(name);
        var added = new LoggedEvent(
            new Event { Topic = name, Type = type, Key = key, Data = "x"u8.ToArray() }, first, [], new Position(Log.Epoch, Log.Tip + 1), Clock.GetUtcNow().ToUnixTimeMilliseconds());
        Log.Publish([new AppendEntry(added, null)]);
        Shard.Wake();
        return added.Offset;
    }

    /// <summary>What retention does when it removes the events up to an offset.</summary>
    public void Remove(long through)
    {
        Assert.True(Log.Topics.TryGet(Topic, out Topic? trimmed));
        long removed = Math.Max(0, Math.Min(through, trimmed.Tip) - trimmed.First + 1);
        trimmed.Trimming(through);
        Log.Topics.NoteTrimmed(through);
        trimmed.Removed(removed, removed, trimmed.Count > removed ? through + 1 : 0);
    }

    /// <summary>Opens a stream that has its greeting and belongs to the shard.</summary>
    public RecordingSink Open(Func<SubscribeRequest, SubscribeRequest>? change = null)
    {
        Assert.True(Selector.TryParse(Topic, out Selector? selector, out _));
        var request = new SubscribeRequest { Selectors = [selector] };
        request = change?.Invoke(request) ?? request;
        var sink = new RecordingSink();
        var subscriber = new Subscriber(++_lastId, request, new TopicFilter(request.Selectors), sink, Shard.Inbox, _patterns);
        sink.Attach(subscriber);
        Assert.True(Counts.TryOpen(int.MaxValue));
        _sinks.Add(sink);
        _greeting.Write(subscriber);
        subscriber.HandOver();
        return sink;
    }

    /// <summary>Opens a stream that resumes after an offset.</summary>
    public RecordingSink OpenAt(long after, Func<SubscribeRequest, SubscribeRequest>? change = null)
    {
        Func<SubscribeRequest, SubscribeRequest> further = change ?? (static request => request);
        return Open(request => further(request with { LastEventId = PositionOf(after) }));
    }

    /// <summary>Opens a stream that resumes after an offset; returns when the reader is stopped in the write of its first page.</summary>
    public RecordingSink OpenStopped(long after, Func<SubscribeRequest, SubscribeRequest>? change = null)
    {
        RecordingSink sink = OpenAt(after, change);
        sink.StopReader();
        Turn();
        Assert.True(sink.Stopped.Wait(Patience));
        return sink;
    }

    public void Turn() => Shard.Turn(wait: false);

    /// <summary>Turns until something is so; waits for the reader in between.</summary>
    public void Until(Func<bool> isSo)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, "It did not come to that.");
            Turn();
            Thread.Yield();
        }
    }

    /// <summary>One heartbeat interval of ticks, in one turn; the next turn does the resulting work.</summary>
    public void TickOnce()
    {
        for (int ticks = 0; ticks < _options.Heartbeat / Shard.TickInterval; ticks++)
        {
            Shard.Post(new ShardMessage(ShardMessageKind.Tick));
        }

        Turn();
        Turn();
    }
}
