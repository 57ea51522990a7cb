using System.Collections.Concurrent;
using System.Text.Json;
using Longwave.BadDays.Tests.Data;
using Longwave.BadDays.Tests.Following;
using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Machines;

namespace Longwave.BadDays.Tests;

/// <summary>
/// Publishes real data and a log file while the hub is killed and restarted. Every transport delivers all of it: SSE with LF for every line
/// end, as the format requires, all else unchanged (docs/explanation/delivery.md).
/// </summary>
public sealed class RealDataTests
{
    private const int BatchEvents = 250;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Publish_EarthquakesLogsAndFootball_AreDeliveredUnchanged()
    {
        using var directory = new TempDirectory();
        var settings = new HubSettings { DataDirectory = directory["data"] };
        List<RealEvent> events = [.. RealData.Earthquakes(), .. RealData.Football(), .. ServerLog.Lines(), ServerLog.Whole()];
        Assert.Equal(1_707 + 1_626 + ServerLog.LineCount + 1, events.Count);
        string?[] ids = new string?[events.Count];
        var roads = new Road[]
        {
            new(settings, FollowerKind.EventStream, "topic=*", static _ => true),
            new(settings, FollowerKind.Lines, "topic=*", static _ => true),
            new(settings, FollowerKind.Poll, "topic=*", static _ => true),
            new(settings, FollowerKind.EventStream, "topic=quakes/{net}", static topic => topic.StartsWith("quakes/", StringComparison.Ordinal)),
            new(settings, FollowerKind.EventStream, "topic=" + ServerLog.Topic, static topic => topic == ServerLog.Topic),
            new(settings, FollowerKind.Lines, "topic=" + Uri.EscapeDataString("football/Österreichische Bundesliga"), static topic => topic.EndsWith("Bundesliga", StringComparison.Ordinal) && topic.Contains('Ö')),
        };
        Task publishing = Task.Run(() => PublishAsync(settings, events, ids));
        foreach (int killAt in new[] { 1_000, 2_500, 4_500 })
        {
            await using HubProcess hub = await HubProcess.StartAsync(settings);
            await Patience.UntilAsync(() => ids[killAt] is not null || publishing.IsFaulted, () => $"event {killAt} is not acknowledged");
            await hub.KillAsync();
        }

        await using HubProcess last = await HubProcess.StartAsync(settings);
        await publishing;
        foreach (Road road in roads)
        {
            await road.AssertGotAsync(events, ids, from: 0);
            await road.DisposeAsync();
        }

        await AssertResumedAsync(settings, events, ids);
        await last.StopAsync();
    }

    /// <summary>Reads from the middle on, over every transport, after one more kill.</summary>
    private static async Task AssertResumedAsync(HubSettings settings, List<RealEvent> events, string?[] ids)
    {
        foreach (FollowerKind kind in Enum.GetValues<FollowerKind>())
        {
            await using var rest = new Road(settings, kind, "topic=*", static _ => true, ids[2_499]);
            await rest.AssertGotAsync(events, ids, from: 2_500);
        }
    }

    /// <summary>Publishes earthquakes and football in batches and log lines one by one, each repeated until it is answered.</summary>
    private static async Task PublishAsync(HubSettings settings, List<RealEvent> events, string?[] ids)
    {
        using var client = new HubClient(settings.Address);
        for (int at = 0; at < events.Count;)
        {
            bool single = events[at].Topic == ServerLog.Topic;
            RealEvent[] batch = single ? [events[at]] : [.. events.Skip(at).Take(BatchEvents).TakeWhile(static e => e.Topic != ServerLog.Topic)];
            int first = at;
            PublishReply reply = await UntilAnsweredAsync(() => single
                ? client.PublishAsync(batch[0].Topic, batch[0].Data, $"{first}")
                : client.PublishLinesAsync(string.Join('\n', batch.Select((e, i) => ToCloudEvent(e, first + i)))));
            reply.Ids.ToArray().CopyTo(ids, at);
            at += batch.Length;
        }
    }

    private static async Task<PublishReply> UntilAnsweredAsync(Func<Task<PublishReply>> publish)
    {
        PublishReply? reply = null;
        await Patience.UntilAsync(
            async () =>
            {
                try
                {
                    reply = await publish();
                }
                catch (Exception broken) when (broken is HttpRequestException or IOException)
                {
                    // The hub is down, or was killed before it answered.
                }

                return reply is not null;
            },
            () => "no answer");
        Assert.True(reply!.IsAccepted, $"{reply}");
        return reply;
    }

    private static string ToCloudEvent(RealEvent e, int number) => JsonSerializer.Serialize(new
    {
        specversion = "1.0",
        id = $"{number}",
        source = "real-data",
        type = "message",
        topic = e.Topic,
        datacontenttype = "text/plain",
        data = e.Data,
    });

    /// <summary>One transport and the events received over it.</summary>
    private sealed class Road : IAsyncDisposable
    {
        private readonly ConcurrentQueue<Received> _received = new();
        private readonly Follower _follower;
        private readonly FollowerKind _kind;
        private readonly Func<string, bool> _wants;

        public Road(HubSettings settings, FollowerKind kind, string query, Func<string, bool> wants, string? lastId = null) =>
            (_kind, _wants, _follower) = (kind, wants, new Follower(settings.Address, kind, query, _received.Enqueue, lastId));

        public async Task AssertGotAsync(List<RealEvent> events, string?[] ids, int from)
        {
            (string? Id, string Data)[] expected = [.. events.Zip(ids).Skip(from).Where(pair => _wants(pair.First.Topic)).Select(pair => (pair.Second, Arriving(pair.First.Data)))];
            Assert.NotEmpty(expected);
            await _follower.UntilCountAsync(expected.Length);
            Assert.Equal(expected, _received.Select(static e => ((string?)e.Id, e.Data)));
            Assert.True(_follower.Complaints.IsEmpty, $"{_follower}");
        }

        public ValueTask DisposeAsync() => _follower.DisposeAsync();

        /// <summary>Normalizes line ends: the event stream format cannot carry their kind.</summary>
        private string Arriving(string data) =>
            _kind == FollowerKind.EventStream ? data.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : data;
    }
}
