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
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Engine.Tests.Fanout;

/// <summary>The allocation gate: a delivery allocates nothing. Deterministic where nanoseconds are not.</summary>
public sealed class DeliveryAllocationTests
{
    private const int Subscribers = 1_000;
    private const int Events = 200;

    [Theory]
    [InlineData("prices/1", false)]
    [InlineData("*", false)]
    [InlineData("prices/{id}", false)]
    [InlineData("*", true)]
    public void Turn_EventsForManySubscribers_AllocatesNothingPerDelivery(string selector, bool granted)
    {
        string directory = Directory.CreateTempSubdirectory("longwave-").FullName;
        try
        {
            var options = new EngineOptions { DataDirectory = directory };
            using EventLog log = EventLog.Open(options);
            using var readers = new CatchUpReaders(log, options, new BackgroundLoops(TimeProvider.System, NullLoggerFactory.Instance), NullLogger.Instance);
            using var shard = new Shard(log, options, readers, new SubscriberCounts(), TimeProvider.System, NullLogger.Instance);
            var sinks = new List<CountingSink>();
            for (int i = 0; i < Subscribers; i++)
            {
                sinks.Add(Open(shard, selector, i, request => granted ? request with { Identity = Holder() } : request));
            }

            shard.Turn(wait: false);
            Append(log, Events);
            RouteAll(shard);
            Append(log, Events);
            EncodeFrames(log);
            long before = GC.GetAllocatedBytesForCurrentThread();
            RouteAll(shard);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            Assert.All(sinks, static sink => Assert.Equal(2 * Events, sink.Frames));
            Assert.Equal(0, allocated);

            // A burst costs one write per subscriber, not one per event.
            Assert.All(sinks, static sink => Assert.Equal(2, sink.Writes));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A conflated delivery also allocates nothing once its tables have grown.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Turn_PacedSubscribers_AllocatesNothingPerDelivery(bool conflate)
    {
        string directory = Directory.CreateTempSubdirectory("longwave-").FullName;
        try
        {
            var options = new EngineOptions { DataDirectory = directory };
            var clock = new ManualClock();
            using EventLog log = EventLog.Open(options);
            using var readers = new CatchUpReaders(log, options, new BackgroundLoops(TimeProvider.System, NullLoggerFactory.Instance), NullLogger.Instance);
            using var shard = new Shard(log, options, readers, new SubscriberCounts(), clock, NullLogger.Instance);
            CountingSink[] sinks = [.. Enumerable.Range(0, Subscribers).Select(i => Open(shard, "prices/1", i, request => request with { MaxRate = 0.1, Conflate = conflate }))];
            shard.Turn(wait: false);
            long allocated = 0;
            for (int round = 0; round < 3; round++)
            {
                Append(log, Events);
                EncodeFrames(log);
                clock.Advance(TimeSpan.FromSeconds(10));
                long before = GC.GetAllocatedBytesForCurrentThread();
                RouteAll(shard);
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }

            Assert.All(sinks, sink => Assert.Equal((3, 3 * (conflate ? 1 : Events)), (sink.Writes, sink.Frames)));
            Assert.Equal(0, allocated);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The grants are narrower than the request, so each event must be checked.</summary>
    private static StreamIdentity Holder()
    {
        Assert.True(Selector.TryParse("prices/{id}", out Selector? prices, out _));
        return new StreamIdentity { Connection = "c", Access = new ReadAccess([new Grant(prices, "message", "trade")], []) };
    }

    private static CountingSink Open(Shard shard, string selector, int id, Func<SubscribeRequest, SubscribeRequest>? change = null)
    {
        Assert.True(Selector.TryParse(selector, out Selector? parsed, out _));
        var request = new SubscribeRequest { Selectors = [parsed] };
        request = change?.Invoke(request) ?? request;
        var sink = new CountingSink();
        var subscriber = new Subscriber(id, request, new TopicFilter(request.Selectors), sink, shard.Inbox, new PatternAccount(new HubLimits()));
        shard.Post(new ShardMessage(ShardMessageKind.Opened, subscriber));
        return sink;
    }

    private static void Append(EventLog log, int count)
    {
        if (!log.Topics.TryGet("prices/1", out Topic? topic))
        {
            topic = log.Topics.Add("prices/1");
        }

        byte[] data = Encoding.UTF8.GetBytes(new string('x', 200));
        for (int i = 0; i < count; i++)
        {
            var added = new LoggedEvent(new Event { Topic = topic.Name, Data = data }, topic, [], new Position(log.Epoch, log.Tip + 1), 0);
            log.Publish([new AppendEntry(added, null)]);
        }
    }

    /// <summary>A frame is encoded once per event, on first need; that is not a cost per delivery.</summary>
    private static void EncodeFrames(EventLog log)
    {
        for (long sequence = log.Tail.First; sequence < log.Tail.End; sequence++)
        {
            log.Tail[sequence]!.Chunk(EventFormat.Sse);
        }
    }

    private static void RouteAll(Shard shard)
    {
        // Paced subscribers are released by turns that have no other work.
        for (int turns = 0; turns < 10 || (turns < Subscribers && shard.HasWork); turns++)
        {
            shard.Turn(wait: false);
        }
    }

    private sealed class CountingSink : ISink
    {
        public int Frames { get; private set; }

        public int Writes { get; private set; }

        public void Attach(Subscriber subscriber)
        {
        }

        public bool TrySend(FrameBatch batch, out int taken)
        {
            taken = batch.Count;
            Frames += taken;
            Writes++;
            return true;
        }

        public void OnPosition(Position position, bool isLive)
        {
        }

        public void Complete(CloseReason reason)
        {
        }
    }
}
