using System.Globalization;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests;

/// <summary>
/// Random schedules: clients with random selectors stop reading, disconnect and resume with their last id, while events are published in random
/// bursts and the hub restarts. A plain list of all events determines what each client must have received.
/// </summary>
public sealed class HubEngineModelTests
{
    private static readonly string[] Selectors = ["*", "a/0", "a/1", "b/2", "a/{n}", "{x}/{n}", "b/{n}", "none"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task RandomSchedules_AnySeed_EveryClientGetsItsEventsOnceInOrder(int seed)
    {
        var random = new Random(seed);
        await using var hub = new TestHub(HubEngineTests.Small());
        var published = new List<(string Topic, long Offset)>();
        var clients = new List<Client>();
        for (int step = 0; step < 400; step++)
        {
            switch (random.Next(10))
            {
                case < 4:
                    string topic = $"{(random.Next(2) == 0 ? "a" : "b")}/{random.Next(4)}";
                    int burst = random.Next(5) == 0 ? 1_500 : random.Next(60);
                    published.AddRange((await hub.PublishManyAsync(topic, burst)).Select(position => (topic, position.Offset)));
                    break;
                case < 6 when clients.Count < 40:
                    clients.Add(new Client(hub, Selectors[random.Next(Selectors.Length)], random.Next(3) == 0, published.Count));
                    break;
                case < 8 when clients.Count > 0:
                    clients[random.Next(clients.Count)].Stutter(random);
                    break;
                case 8 when clients.Count > 0:
                    await clients[random.Next(clients.Count)].ReconnectAsync();
                    break;
                case 9 when random.Next(8) == 0:
                    clients.ForEach(static client => client.Leave());
                    await hub.RestartAsync();
                    clients.ForEach(static client => client.Join());
                    break;
                default:
                    break;
            }
        }

        foreach (Client client in clients)
        {
            long[] expected = client.Expected(published);
            Assert.Equal(expected, await client.FinishAsync(expected.Length));
        }
    }

    private sealed class Client
    {
        private readonly TestHub _hub;
        private readonly Selector _selector;
        private readonly bool _earliest;
        private readonly int _from;
        private readonly List<long> _seen = [];
        private MemorySink _sink;
        private string? _lastEventId;
        private long _start;

        public Client(TestHub hub, string selector, bool earliest, int from)
        {
            Assert.True(Selector.TryParse(selector, out Selector? parsed, out _));
            (_hub, _selector, _earliest, _from) = (hub, parsed, earliest, earliest ? 0 : from);
            _sink = Subscribe();
        }

        public long[] Expected(List<(string Topic, long Offset)> published) =>
            [.. published.Skip(_from).Where(one => _selector.Matches(one.Topic)).Select(static one => one.Offset)];

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
            Leave();
            await _sink.Subscriber!.Completion;
            Join();
        }

        public void Leave() => _sink.Subscriber!.Close(CloseReason.ClientGone);

        public void Join()
        {
            // A client that has received no event yet resumes at its start position.
            _sink.Subscriber!.Completion.Wait();
            Drain();
            _lastEventId ??= _seen.Count == 0 && !_earliest ? Start : null;
            _sink = Subscribe();
        }

        public async Task<List<long>> FinishAsync(int expected)
        {
            _sink.Open();
            Drain();
            while (_seen.Count < expected)
            {
                Note(await _sink.NextAsync());
            }

            Drain();
            return _seen;
        }

        private string Start => $"{_hub.Engine.Tip.Epoch:x8}-{_start}";

        private MemorySink Subscribe()
        {
            if (_lastEventId is null && _seen.Count == 0)
            {
                _start = _hub.Engine.Tip.Offset;
            }

            return _hub.Subscribe(_selector.Text, _lastEventId, _earliest ? Since.Earliest : Since.Live);
        }

        private void Drain()
        {
            while (_sink.TryNext(out ServerSentEvent next))
            {
                Note(next);
            }
        }

        private void Note(ServerSentEvent next)
        {
            Assert.Equal("message", next.Type);
            _lastEventId = next.LastEventId;
            _seen.Add(long.Parse(next.LastEventId.AsSpan(9), CultureInfo.InvariantCulture));
        }
    }
}
