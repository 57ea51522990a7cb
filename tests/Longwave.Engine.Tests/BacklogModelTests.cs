using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Tests.Subscribers;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests;

/// <summary>
/// Random lives of clients that stutter, reconnect and change their rights, while retention removes events, slow clients skip and others conflate.
/// A plain list of all events determines what each client must have: the event, a gap that covers it, a newer event of its key, or no right to it.
/// </summary>
public sealed class BacklogModelTests
{
    private const string End = "end";

    private static readonly string[] Topics = ["plain", "trim/0", "trim/1", "skip/0", "conflate/0"];
    private static readonly string[] Selectors = ["*", "plain", "trim/{n}", "{kind}/0", "{kind}/{n}", "skip/{n}"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task RandomSchedules_RetentionPoliciesAndRights_OnlyExplainedEventsAreMissing(int seed)
    {
        var random = new Random(seed);
        await using var hub = new TestHub(Options(catchUpTopics: seed % 2 == 0 ? 1 : 1_024));
        var published = new List<Published>();
        var plain = new HashSet<long>();
        var clients = new List<Client>();
        for (int step = 0; step < 200; step++)
        {
            switch (random.Next(9))
            {
                case < 3:
                    int burst = random.Next(6) == 0 ? 1_500 : random.Next(80);
                    (string Topic, string? Key)[] events = [.. Enumerable.Range(0, burst).Select(_ => (Topics[random.Next(Topics.Length)], (string?)$"{random.Next(6)}"))];
                    List<long> offsets = await hub.PublishKeyedAsync(events);
                    published.AddRange(events.Zip(offsets, static (one, offset) => new Published(offset, one.Topic, one.Key)));
                    plain.UnionWith(published.TakeLast(burst).Where(static one => one.Topic == "plain").Select(static one => one.Offset));
                    break;
                case 3 when clients.Count < 30:
                    clients.Add(new Client(hub, random, plain));
                    break;
                case 4 or 5 or 6 when clients.Count > 0:
                    clients[random.Next(clients.Count)].Stutter(random);
                    break;
                case 7 when clients.Count > 0:
                    await clients[random.Next(clients.Count)].ReconnectAsync();
                    break;
                case 8 when clients.Count > 0:
                    clients[random.Next(clients.Count)].ChangeRights(random);
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

        Assert.Contains(clients, static client => client.HasGap("retention"));
        Assert.Contains(clients, static client => client.HasGap("skipped"));
    }

    private static EngineOptions Options(int catchUpTopics)
    {
        EngineOptions options = HubEngineTests.Small();
        options.Shards = 2;
        options.Limits.CatchUpTopics = catchUpTopics;
        options.Heartbeat = TimeSpan.FromMilliseconds(200);
        options.StallTimeout = TimeSpan.FromHours(1);
        options.RetentionInterval = TimeSpan.FromMilliseconds(10);
        options.Policies =
        [
            new TopicPolicy { Selector = "trim/{n}", MaxCount = 40 },
            new TopicPolicy { Selector = "skip/{n}", SlowConsumer = SlowConsumer.Skip },
            new TopicPolicy { Selector = "conflate/{n}", SlowConsumer = SlowConsumer.Conflate },
        ];
        return options;
    }

    private sealed record Published(long Offset, string Topic, string? Key);

    private sealed record Gap(long From, long To, string Reason);

    private sealed class Client
    {
        private static readonly ReadAccess Narrow = new([new Grant(Selector.Exact("plain")), new Grant(Selector.Exact(End))], []);

        private readonly TestHub _hub;

        // Offsets of the events that it may read when its rights are narrow.
        private readonly HashSet<long> _plain;
        private readonly Selector _selector;
        private readonly bool _conflate;
        private readonly double _maxRate;
        private readonly long _start;
        private readonly HashSet<long> _seen = [];
        private readonly List<Gap> _gaps = [];

        // The tip when its rights ended, and the tip when it got them again.
        private readonly List<(long From, long To)> _withoutRights = [];
        private long _narrowSince = -1;
        private long _lastOfConnection;
        private MemorySink _sink;
        private string _position;

        public Client(TestHub hub, Random random, HashSet<long> plain)
        {
            Assert.True(Selector.TryParse(Selectors[random.Next(Selectors.Length)], out Selector? parsed, out _));
            (_hub, _selector, _start, _plain) = (hub, parsed, hub.Engine.Tip.Offset, plain);
            (_conflate, _maxRate) = (random.Next(4) == 0, random.Next(4) == 0 ? 20 : 0);
            _position = hub.Engine.Tip.ToString();
            _sink = Subscribe();
        }

        public bool HasGap(string reason) => _gaps.Exists(gap => gap.Reason == reason);

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

        public void ChangeRights(Random random)
        {
            bool narrow = random.Next(2) == 0;
            if (narrow && _narrowSince < 0)
            {
                _sink.Subscriber!.TryRenew(IdentityOf(Narrow));
                _narrowSince = _hub.Engine.Tip.Offset;
            }
            else if (!narrow && _narrowSince >= 0)
            {
                Widen();
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

            _lastOfConnection = 0;
            _sink = Subscribe();
        }

        public async Task FinishAsync(long end)
        {
            if (_narrowSince >= 0)
            {
                Widen();
            }

            _sink.Open();
            while (!_seen.Contains(end))
            {
                Note(await _sink.NextAsync());
            }
        }

        public void Check(List<Published> published)
        {
            Published[] expected = [.. published.Where(one => one.Offset > _start && _selector.Matches(one.Topic))];
            Assert.Subset(expected.Select(static one => one.Offset).ToHashSet(), _seen.Where(offset => offset <= published[^1].Offset).ToHashSet());
            foreach (Published one in expected.Where(one => !_seen.Contains(one.Offset)))
            {
                bool removed = one.Topic.StartsWith("trim", StringComparison.Ordinal) && IsTold(one.Offset, "retention");
                bool skipped = one.Topic.StartsWith("skip", StringComparison.Ordinal) && IsTold(one.Offset, "skipped");
                bool forbidden = one.Topic != "plain" && _withoutRights.Exists(range => one.Offset <= range.To);
                Assert.True(removed || skipped || forbidden || IsSuperseded(one, expected), $"{one} never came, selector {_selector.Text}, conflate {_conflate}, rate {_maxRate}");
            }
        }

        /// <summary>A newer one of the key follows; what became of that one is a matter of its own.</summary>
        private bool IsSuperseded(Published one, Published[] expected) =>
            (_conflate || one.Topic.StartsWith("conflate", StringComparison.Ordinal))
            && Array.Exists(expected, newer => newer.Offset > one.Offset && (newer.Topic, newer.Key) == (one.Topic, one.Key));

        private bool IsTold(long offset, string reason) => _gaps.Exists(gap => gap.Reason == reason && gap.From < offset && offset <= gap.To);

        private void Widen()
        {
            _withoutRights.Add((_narrowSince, _hub.Engine.Tip.Offset));
            _narrowSince = -1;
            _sink.Subscriber!.TryRenew(IdentityOf(null));
        }

        private static StreamIdentity IdentityOf(ReadAccess? access) => new() { Connection = "c", Access = access };

        private MemorySink Subscribe() => _hub.Subscribe(
            request => request with
            {
                LastEventId = _position,
                Conflate = _conflate,
                MaxRate = _maxRate,
                Identity = IdentityOf(_narrowSince >= 0 ? Narrow : null),
            },
            _selector.Text,
            End);

        private void Note(in ServerSentEvent next)
        {
            if (next.Type == "longwave.gap")
            {
                (long from, long to, string reason) = SlowPolicyTests.Gap(next);
                _gaps.Add(new Gap(from, to, reason));
                return;
            }

            Assert.Equal("message", next.Type);
            _position = next.LastEventId;
            long offset = SlowPolicyTests.Offset(next.LastEventId);
            Assert.True(_seen.Add(offset), "an event came twice");
            Assert.True(offset > _lastOfConnection, "out of order");
            Assert.True(_narrowSince < 0 || offset <= _narrowSince || _plain.Contains(offset), "an event that it may not read came");
            _lastOfConnection = offset;
        }
    }
}
