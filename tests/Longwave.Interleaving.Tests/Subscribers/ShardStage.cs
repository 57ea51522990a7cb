using System.Globalization;
using System.Text;
using Longwave.Engine.Access;
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

namespace Longwave.Interleaving.Tests.Subscribers;

/// <summary>A log and one shard, whose turns the test runs. The events are numbers: odd ones on topic <c>n/odd</c>, even ones on <c>n/even</c>.</summary>
internal sealed class ShardStage : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("longwave-").FullName;
    private readonly EventLog _log;
    private readonly CatchUpReaders _readers;
    private readonly PatternAccount _patterns = new(new HubLimits());
    private long _lastId;

    public ShardStage()
    {
        var options = new EngineOptions { DataDirectory = _directory };
        _log = EventLog.Open(options);
        _readers = new CatchUpReaders(_log, options, new BackgroundLoops(TimeProvider.System, NullLoggerFactory.Instance), NullLogger.Instance);
        Shard = new Shard(_log, options, _readers, new SubscriberCounts(), TimeProvider.System, NullLogger.Instance);
    }

    public Shard Shard { get; }

    /// <summary>The number of the newest event.</summary>
    public int Last { get; private set; }

    public static Selector Select(string text) => Selector.TryParse(text, out Selector? parsed, out string? error) ? parsed : throw new ArgumentException(error, nameof(text));

    /// <summary>An identity that may read the topic only.</summary>
    public static StreamIdentity Holder(string name, string topic) =>
        new() { Connection = name, Access = new ReadAccess([new Grant(Select(topic))], []) };

    /// <summary>Opens a live subscriber.</summary>
    public Subscriber Open(ISink sink, params string[] selectors)
    {
        Selector[] parsed = [.. selectors.Select(Select)];
        var subscriber = new Subscriber(++_lastId, new SubscribeRequest { Selectors = parsed }, new TopicFilter(parsed), sink, Shard.Inbox, _patterns) { SentThrough = _log.Tip };
        sink.Attach(subscriber);
        Shard.Post(new ShardMessage(ShardMessageKind.Opened, subscriber));
        Settle();
        Assert.Equal(SubscriberState.Live, subscriber.State);
        return subscriber;
    }

    public void Publish(int bytes = 16)
    {
        string name = ++Last % 2 == 1 ? "n/odd" : "n/even";
        Topic topic = _log.Topics.TryGet(name, out Topic? known) ? known : _log.Topics.Add(name);
        byte[] data = Encoding.UTF8.GetBytes(Last.ToString(CultureInfo.InvariantCulture).PadRight(bytes, '.'));
        _log.Publish([new AppendEntry(new LoggedEvent(new Event { Topic = name, Data = data }, topic, [], new Position(_log.Epoch, _log.Tip + 1), 0), null)]);
    }

    public void Close(Subscriber subscriber)
    {
        subscriber.Close(CloseReason.ClientGone);
        Settle();
        Assert.Equal(SubscriberState.Closed, subscriber.State);
    }

    public void Settle()
    {
        for (int turns = 0; turns < 3 || Shard.HasWork; turns++)
        {
            Assert.InRange(turns, 0, 1_000);
            Shard.Turn(wait: false);
        }
    }

    public void Dispose()
    {
        _readers.Dispose();
        Shard.Dispose();
        _log.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
