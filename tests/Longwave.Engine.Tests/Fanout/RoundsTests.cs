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

namespace Longwave.Engine.Tests.Fanout;

public sealed class RoundsTests : IDisposable
{
    private const int Many = 300;

    private readonly string _directory = Directory.CreateTempSubdirectory("longwave-").FullName;
    private readonly EventLog _log;
    private readonly CatchUpReaders _readers;
    private readonly Shard _shard;
    private readonly SubscriberCounts _counts = new();
    private readonly PatternAccount _patterns = new(new HubLimits());
    private int _last;
    private long _lastId;

    public RoundsTests()
    {
        var options = new EngineOptions { DataDirectory = _directory };
        _log = EventLog.Open(options);
        _readers = new CatchUpReaders(_log, options, new BackgroundLoops(TimeProvider.System, NullLoggerFactory.Instance), NullLogger.Instance);
        _shard = new Shard(_log, options, _readers, _counts, TimeProvider.System, NullLogger.Instance);
    }

    public void Dispose()
    {
        _readers.Dispose();
        _shard.Dispose();
        _log.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Turn_EventDuringARound_JoinsTheRound()
    {
        List<NumberSink> sinks = [.. Enumerable.Range(0, Many).Select(_ => Open("*"))];
        Settle();
        Publish();
        sinks[Many / 2].OnWrite = () => Publish();
        Settle();

        // Subscribers that were visited before the event arrived are visited again; the others get both events in one visit.
        Assert.All(sinks, static sink => Assert.Equal([1, 2], sink.Numbers));
        Assert.All(sinks.Take(Many / 3), static sink => Assert.Equal(2, sink.Writes));
        Assert.All(sinks.Skip(Many * 5 / 6), static sink => Assert.Equal(1, sink.Writes));
    }

    [Fact]
    public void Heartbeat_EventQueued_HasNoPositionBeyondIt()
    {
        List<NumberSink> sinks = [.. Enumerable.Range(0, Many).Select(_ => Open("*"))];
        Settle();
        Publish();
        _shard.Turn(wait: false);
        Assert.True(_shard.HasWork);
        NumberSink last = sinks[^1];
        Assert.Empty(last.Numbers);

        // It leaves before its turn: its client resumes with its last position.
        last.Subscriber.Close(CloseReason.ClientGone);
        Settle();
        Assert.Empty(last.Numbers);
        Assert.Equal(_log.Tip - 1, last.Subscriber.SentThrough);
    }

    [Fact]
    public void Close_EventQueued_IsSentBeforeTheFinalFrame()
    {
        List<NumberSink> sinks = [.. Enumerable.Range(0, Many).Select(_ => Open("*"))];
        Settle();
        Publish();
        _shard.Turn(wait: false);
        sinks[^1].Subscriber.Close(CloseReason.Drain);
        Settle();
        Assert.All(sinks, static sink => Assert.Equal([1], sink.Numbers));
        Assert.Equal(CloseReason.Drain, sinks[^1].Ended);
    }

    /// <summary>However long a shard is away, the ticks of its timer take one place in its mailbox.</summary>
    [Fact]
    public void PostTick_LastOneNotHandled_AddsNothing()
    {
        NumberSink sink = Open("*");
        Settle();
        int ticks = (int)Math.Ceiling(new EngineOptions().Heartbeat / _shard.TickInterval);
        for (int i = 0; i < 4 * ticks; i++)
        {
            _shard.PostTick();
        }

        Settle();
        Assert.Equal(0, sink.Writes);
        for (int i = 0; i < ticks; i++)
        {
            _shard.PostTick();
            Settle();
        }

        Assert.Equal(1, sink.Writes);
    }

    /// <summary>A new stream wakes no shard, unless an event arrived between its greeting and its hand-over: the shard may have processed that event already.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Open_StreamAtTheTip_WaitsForTheNextTurn(bool eventCameBefore)
    {
        NumberSink sink = Add("*");
        if (eventCameBefore)
        {
            Publish();
            _shard.Turn(wait: false);
        }

        _shard.Inbox.Open(sink.Subscriber);
        Task turn = Task.Run(() => _shard.Turn(wait: true), TestContext.Current.CancellationToken);
        if (!eventCameBefore)
        {
            _shard.Wake();
        }

        await turn.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(SubscriberState.Live, sink.Subscriber.State);
        Settle();
        Assert.Equal(eventCameBefore ? [1] : [], sink.Numbers);
    }

    /// <summary>A round that restarted with every client that connects or leaves would not end while thousands do, and would delay new events.</summary>
    [Fact]
    public void Turn_ClientsComeAndGoInEveryTurn_TheRoundEnds()
    {
        // More than one turn examines, even when no event must be sent.
        const int Thousands = 3_000;
        List<NumberSink> sinks = [.. Enumerable.Range(0, Thousands).Select(_ => Open("*"))];
        Settle();
        Publish();
        int turns = 0;
        for (; turns == 0 || _shard.HasWork; turns++)
        {
            Assert.InRange(turns, 0, Thousands / 20);
            Open("*");
            sinks[turns].Subscriber.Close(CloseReason.ClientGone);
            _shard.Turn(wait: false);
        }

        Assert.All(sinks.Skip(turns), static sink => Assert.Equal([1], sink.Numbers));
    }

    /// <summary>Clients connect, leave, block, unblock and lose rights at any moment of a round: no client misses an event or gets one twice.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Turn_EverythingAtOnce_EachEventArrivesOnce(int seed)
    {
        var random = new Random(seed);
        List<Client> clients = [];
        for (int step = 0; step < 1_500; step++)
        {
            switch (random.Next(10))
            {
                case 0 or 1 or 2:
                    clients.Add(new Client(Open(random.Next(3) switch { 0 => "*", 1 => "n/{kind}", _ => "n/odd" }), _last));
                    break;
                case 3 or 4:
                    Publish();
                    break;
                case 5 when clients.Count > 0:
                    clients[random.Next(clients.Count)].Sink.Fill();
                    break;
                case 6 when clients.Count > 0:
                    clients[random.Next(clients.Count)].Sink.Open();
                    break;
                case 7 when clients.Count > 0 && random.Next(3) == 0:
                    clients[random.Next(clients.Count)].Sink.Subscriber.Close(CloseReason.ClientGone);
                    break;
                case 8 when clients.Count > 0 && random.Next(3) == 0:
                    clients[random.Next(clients.Count)].Narrow();
                    break;
                default:
                    _shard.Turn(wait: false);
                    break;
            }
        }

        clients.ForEach(static client => client.Sink.Open());
        Settle();
        Assert.InRange(clients.Count, 100, 1_000);
        Assert.All(clients, client =>
        {
            int[] expected = [.. Enumerable.Range(client.Since + 1, _last - client.Since).Where(number => client.IsFor(number))];
            int[] got = [.. client.Sink.Numbers.Where(number => number % 2 == 1 || number <= client.NarrowedAfter)];
            Assert.Equal(client.Sink.Numbers.Count, got.Length);
            Assert.Equal(got.Order(), got);
            int[] odd = [.. expected.Where(static number => number % 2 == 1)];
            Assert.Equal(client.Sink.Ended is null ? odd : odd.Take(got.Count(static number => number % 2 == 1)), got.Where(static number => number % 2 == 1));

            // Of the other events, it has all until it lost the right to read them.
            int[] even = [.. got.Where(static number => number % 2 == 0)];
            Assert.Equal(expected.Where(static number => number % 2 == 0).Take(even.Length), even);
            if (client.Sink.Ended is null && client.NarrowedAfter == int.MaxValue)
            {
                Assert.Equal(expected, got);
            }
        });
        Assert.Contains(clients, static client => client.NarrowedAfter != int.MaxValue && client.Sink.Ended is null);
    }

    private NumberSink Open(string selector)
    {
        NumberSink sink = Add(selector);
        _shard.Post(new ShardMessage(ShardMessageKind.Opened, sink.Subscriber));
        return sink;
    }

    /// <summary>A stream that was greeted and not handed over.</summary>
    private NumberSink Add(string selector)
    {
        Assert.True(Selector.TryParse(selector, out Selector? parsed, out _));
        var sink = new NumberSink();
        var subscriber = new Subscriber(++_lastId, new SubscribeRequest { Selectors = [parsed] }, new TopicFilter([parsed]), sink, _shard.Inbox, _patterns)
        {
            SentThrough = _log.Tip,
        };
        sink.Attach(subscriber);
        _counts.TryOpen(int.MaxValue);
        return sink;
    }

    private void Publish()
    {
        string name = ++_last % 2 == 1 ? "n/odd" : "n/even";
        Topic topic = _log.Topics.TryGet(name, out Topic? known) ? known : _log.Topics.Add(name);
        byte[] data = Encoding.UTF8.GetBytes(_last.ToString(CultureInfo.InvariantCulture));
        var added = new LoggedEvent(new Event { Topic = name, Data = data }, topic, [], new Position(_log.Epoch, _log.Tip + 1), 0);
        _log.Publish([new AppendEntry(added, null)]);
    }

    private void Settle()
    {
        for (int turns = 0; turns < 4 || _shard.HasWork; turns++)
        {
            Assert.InRange(turns, 0, 10_000);
            _shard.Turn(wait: false);
        }
    }

    private sealed class Client(NumberSink sink, int since)
    {
        public NumberSink Sink { get; } = sink;

        public int Since { get; } = since;

        /// <summary>The last even number that it may have got.</summary>
        public int NarrowedAfter { get; private set; } = int.MaxValue;

        public bool IsFor(int number) => number % 2 == 1 || Sink.Subscriber.Filter.Selectors.Any(static selector => selector.Matches("n/even"));

        /// <summary>From now on it may read the odd ones only.</summary>
        public void Narrow()
        {
            Assert.True(Selector.TryParse("n/odd", out Selector? odd, out _));
            Sink.Subscriber.TryRenew(new StreamIdentity { Connection = "c", Access = new ReadAccess([new Grant(odd, "message")], []) });
            NarrowedAfter = Math.Min(NarrowedAfter, Sink.Numbers.Where(static number => number % 2 == 0).DefaultIfEmpty(0).Max());
        }
    }
}
