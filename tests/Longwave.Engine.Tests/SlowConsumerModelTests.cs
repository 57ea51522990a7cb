using System.Threading.Channels;
using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Tests.Subscribers;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests;

/// <summary>
/// Random schedules of clients that read in bursts, over topics of every policy, some paced or conflated. A plain list of all events determines what
/// each client may have missed, and how that must have been reported.
/// </summary>
public sealed class SlowConsumerModelTests
{
    private const string End = "end";

    private static readonly string[] Topics = ["plain", "conflate/0", "conflate/1", "skip/0", "skip/1", "disconnect/0"];
    private static readonly string[] Selectors = ["*", "plain", "conflate/{n}", "skip/0", "{kind}/{n}", "skip/{n}", "disconnect/{n}", "{kind}/0"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task RandomSchedules_EveryPolicy_OnlyAllowedEventsAreMissing(int seed)
    {
        var random = new Random(seed);
        EngineOptions options = SlowPolicyTests.Options();
        options.Shards = 2;
        options.Limits.ConflationPassEvents = seed % 2 == 0 ? 64 : 16_384;
        await using var hub = new TestHub(options);
        var published = new List<Published>();
        var clients = new List<Client>();
        for (int step = 0; step < 300; step++)
        {
            switch (random.Next(8))
            {
                case < 3:
                    int burst = random.Next(6) == 0 ? 1_500 : random.Next(80);
                    (string Topic, string? Key)[] events = [.. Enumerable.Range(0, burst).Select(_ =>
                        (Topics[random.Next(20) == 0 ? 5 : random.Next(5)], random.Next(5) == 0 ? null : $"{random.Next(6)}"))];
                    List<long> offsets = await hub.PublishKeyedAsync(events);
                    published.AddRange(events.Zip(offsets, static (one, offset) => new Published(offset, one.Topic, one.Key)));
                    break;
                case 3 when clients.Count < 40:
                    clients.Add(new Client(hub, random, hub.Engine.Tip.Offset));
                    break;
                case < 7 when clients.Count > 0:
                    clients[random.Next(clients.Count)].Stutter(random);
                    break;
                case 7 when clients.Count > 0:
                    await clients[random.Next(clients.Count)].ReconnectAsync();
                    break;
                default:
                    break;
            }
        }

        long end = (await hub.PublishKeyedAsync([(End, null)]))[0];
        foreach (Client client in clients)
        {
            await client.FinishAsync(end);
            client.Check(published);
        }
    }

    private sealed record Published(long Offset, string Topic, string? Key);

    private sealed class Client
    {
        private readonly TestHub _hub;
        private readonly Selector _selector;
        private readonly double _maxRate;
        private readonly bool _conflate;
        private readonly long _start;
        private readonly HashSet<long> _seen = [];
        private readonly List<(long From, long To)> _gaps = [];
        private readonly List<(long From, long To)> _gapsOfConnection = [];
        private readonly List<long> _seenOfConnection = [];
        private MemorySink _sink;
        private string _position;

        public Client(TestHub hub, Random random, long start)
        {
            Assert.True(Selector.TryParse(Selectors[random.Next(Selectors.Length)], out Selector? parsed, out _));
            (_hub, _selector, _start) = (hub, parsed, start);
            (_maxRate, _conflate) = (random.Next(3) == 0 ? 20 : 0, random.Next(4) == 0);
            _position = $"{hub.Engine.Tip.Epoch:x8}-{start}";
            _sink = Subscribe();
        }

        public void Stutter(Random random)
        {
            if (random.Next(2) == 0)
            {
                _sink.Block();
            }
            else
            {
                _sink.Open();
            }
        }

        public async Task ReconnectAsync()
        {
            _sink.Subscriber!.Close(CloseReason.ClientGone);
            await _sink.Ended.Task;
            while (_sink.TryNext(out ServerSentEvent next))
            {
                Note(next);
            }

            CloseConnection();
            _sink = Subscribe();
        }

        /// <summary>Reads up to the last event, over as many connections as the hub makes of it.</summary>
        public async Task FinishAsync(long end)
        {
            _sink.Open();
            while (!_seen.Contains(end))
            {
                try
                {
                    Note(await _sink.NextAsync());
                }
                catch (ChannelClosedException)
                {
                    CloseConnection();
                    _sink = Subscribe();
                }
            }

            CloseConnection();
        }

        public void Check(List<Published> published)
        {
            Published[] expected = [.. published.Where(one => one.Offset > _start && _selector.Matches(one.Topic))];
            Assert.Subset(expected.Select(static one => one.Offset).ToHashSet(), _seen.Where(offset => offset <= published[^1].Offset).ToHashSet());
            Dictionary<(string, string?), long> newestSeen = expected.Where(one => _seen.Contains(one.Offset))
                .GroupBy(static one => (one.Topic, one.Key)).ToDictionary(static key => key.Key, static key => key.Max(static one => one.Offset));
            foreach (Published one in expected.Where(one => !_seen.Contains(one.Offset)))
            {
                bool told = one.Topic.StartsWith("skip", StringComparison.Ordinal) && _gaps.Exists(gap => gap.From < one.Offset && one.Offset <= gap.To);
                bool superseded = (_conflate || one.Topic.StartsWith("conflate", StringComparison.Ordinal))
                    && (newestSeen.GetValueOrDefault((one.Topic, one.Key)) > one.Offset || (one.Topic.StartsWith("skip", StringComparison.Ordinal) && IsFollowedByASkip(one, expected)));
                Assert.True(told || superseded, $"{one} never came, selector {_selector.Text}, rate {_maxRate}, conflate {_conflate}");
            }
        }

        /// <summary>Of a topic that is skipped, also what superseded an event may have been skipped later.</summary>
        private bool IsFollowedByASkip(Published superseded, Published[] expected) => expected.Any(one =>
            one.Offset > superseded.Offset && (one.Topic, one.Key) == (superseded.Topic, superseded.Key)
            && _gaps.Exists(gap => gap.From < one.Offset && one.Offset <= gap.To));

        private MemorySink Subscribe() => _hub.Subscribe(
            request => request with { LastEventId = _position, MaxRate = _maxRate, Conflate = _conflate }, _selector.Text, End);

        private void Note(in ServerSentEvent next)
        {
            switch (next.Type)
            {
                case "message":
                    _position = next.LastEventId;
                    _seenOfConnection.Add(SlowPolicyTests.Offset(next.LastEventId));
                    Assert.True(_seen.Add(_seenOfConnection[^1]), "an event came twice");
                    break;
                case "longwave.closed":
                    Assert.Equal("""{"reason":"slow"}""", next.Data);
                    break;
                default:
                    (long from, long to, string reason) = SlowPolicyTests.Gap(next);
                    Assert.Equal("skipped", reason);
                    _gapsOfConnection.Add((from, to));
                    break;
            }
        }

        private void CloseConnection()
        {
            Assert.Equal(_seenOfConnection.Order(), _seenOfConnection);
            for (int i = 1; i < _gapsOfConnection.Count; i++)
            {
                Assert.True(_gapsOfConnection[i].From >= _gapsOfConnection[i - 1].To, "a range is told twice");
            }

            _gaps.AddRange(_gapsOfConnection);
            _gapsOfConnection.Clear();
            _seenOfConnection.Clear();
        }
    }
}
