using System.Text.Json;
using Longwave.BadDays.Tests.Following;
using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Machines;

namespace Longwave.BadDays.Tests;

/// <summary>Clients on real sockets that stop reading topics of each slow-client policy, and resume after all events are published.</summary>
public sealed class SlowPolicyTests
{
    private const int Events = 2_000;
    private const int DataBytes = 4_000;
    private const int Keys = 10;

    [Theory]
    [InlineData("Conflate", "")]
    [InlineData("CatchUp", "&conflate=key")]
    [InlineData("CatchUp", "&conflate=key&max_rate=5")]
    public async Task Stream_Conflate_SkipsOnlySupersededEvents(string policy, string query)
    {
        await using Hall hall = await Hall.OpenAsync(policy, query);
        await hall.PublishAllAsync();
        int[] seen = Numbers(await hall.Slow.ReadUntilAsync(static events => Last(events) == Events - 1));
        Assert.Equal(seen.Order().Distinct(), seen);
        Assert.Equal(Enumerable.Range(Events - Keys, Keys), seen[^Keys..]);
        Assert.True(seen.Length < Events, "nothing was conflated");
        TestContext.Current.TestOutputHelper?.WriteLine($"{seen.Length} of {Events} events");
    }

    [Fact]
    public async Task Stream_Skip_SendsTheExactGapAndContinuesLive()
    {
        await using Hall hall = await Hall.OpenAsync("Skip", "");
        long[] offsets = await hall.PublishAllAsync();
        Task<List<Received>> reading = hall.Slow.ReadUntilAsync(static events => events.Exists(static e => e.Data == "live"));
        await Patience.UntilAsync(
            async () =>
            {
                // Publish repeatedly: the policy can skip an event that is published before the client resumes.
                Assert.True((await hall.Client.PublishAsync("t", "live")).IsAccepted);
                return reading.IsCompleted;
            },
            static () => "no live event came");
        List<Received> all = await reading;
        (long From, long To)[] gaps = [.. all.Where(static e => e.Type == "longwave.gap").Select(static e => RangeOf(e.Data))];
        Assert.NotEmpty(gaps);
        int[] seen = Numbers(all);
        Assert.Equal(seen.Order().Distinct(), seen);
        for (int i = 0; i < Events; i++)
        {
            Assert.Equal(!seen.Contains(i), Array.Exists(gaps, gap => gap.From < offsets[i] && offsets[i] <= gap.To));
        }
    }

    [Fact]
    public async Task Stream_DisconnectPolicy_SendsTheReasonAndResumesWithoutLoss()
    {
        await using Hall hall = await Hall.OpenAsync("Disconnect", "");
        await hall.PublishAllAsync();
        List<Received> all = await hall.Slow.ReadUntilAsync(static _ => false);
        Assert.Equal(("longwave.closed", """{"reason":"slow"}"""), (all[^1].Type, all[^1].Data));
        int[] seen = Numbers(all);
        Assert.Equal(Enumerable.Range(0, seen.Length), seen);
        using var again = SlowClient.Connect(hall.Settings, $"topic=t&last_event_id={all[^2].Id}");
        Assert.Equal(Enumerable.Range(seen.Length, Events - seen.Length), Numbers(await again.ReadAsync(Events - seen.Length)));
    }

    private static (long From, long To) RangeOf(string gap)
    {
        JsonElement data = JsonDocument.Parse(gap).RootElement;
        Assert.Equal("skipped", data.GetProperty("reason").GetString());
        return (PublishReply.Offset(data.GetProperty("from").GetString()!), PublishReply.Offset(data.GetProperty("to").GetString()!));
    }

    private static int[] Numbers(List<Received> events) => [.. events.Where(static e => e.Type == "message" && char.IsAsciiDigit(e.Data[0])).Select(NumberOf)];

    private static int Last(List<Received> events) => events.Count == 0 || events[^1].Type != "message" ? -1 : NumberOf(events[^1]);

    private static int NumberOf(Received e) => int.Parse(e.Data.AsSpan(0, e.Data.IndexOf(' ', StringComparison.Ordinal)));

    /// <summary>A hub whose topic has the policy, a client that does not read, and a client that reads another topic.</summary>
    private sealed class Hall : IAsyncDisposable
    {
        private readonly TempDirectory _directory = new();
        private HubProcess _hub = null!;
        private Follower _witness = null!;

        public HubSettings Settings { get; private set; } = null!;

        public HubClient Client { get; private set; } = null!;

        public SlowClient Slow { get; private set; } = null!;

        public static async Task<Hall> OpenAsync(string policy, string query)
        {
            var hall = new Hall();
            hall.Settings = new HubSettings { DataDirectory = hall._directory["data"] }.With(
                ("Engine:StallTimeout", "00:10:00"), ("Engine:Shards", "1"), ("Engine:Policies:0:Selector", "t"), ("Engine:Policies:0:SlowConsumer", policy));
            hall._hub = await HubProcess.StartAsync(hall.Settings);
            hall.Client = new HubClient(hall.Settings.Address);
            hall._witness = new Follower(hall.Settings.Address, FollowerKind.EventStream, "topic=last");
            hall.Slow = SlowClient.Connect(hall.Settings, "topic=t" + query);
            await Patience.UntilAsync(async () => await hall.Client.ConnectionsAsync() == 2, static () => "not every client is connected");
            return hall;
        }

        /// <summary>Returns after the only shard has processed all events.</summary>
        public async Task<long[]> PublishAllAsync()
        {
            string padding = new('x', DataBytes);
            var offsets = new List<long>();
            for (int i = 0; i < Events; i += 100)
            {
                PublishReply reply = await Client.PublishLinesAsync(string.Join('\n', Enumerable.Range(i, 100).Select(n =>
                    $$"""{"specversion":"1.0","id":"{{n}}","source":"test","type":"message","topic":"t","key":"{{n % Keys}}","datacontenttype":"text/plain","data":"{{n}} {{padding}}"}""")));
                Assert.True(reply.IsAccepted);
                offsets.AddRange(reply.Ids.Select(PublishReply.Offset));
            }

            Assert.True((await Client.PublishAsync("last", "")).IsAccepted);
            await _witness.UntilCountAsync(1);
            return [.. offsets];
        }

        public async ValueTask DisposeAsync()
        {
            Slow.Dispose();
            Client.Dispose();
            await _witness.DisposeAsync();
            await _hub.DisposeAsync();
            _directory.Dispose();
        }
    }
}
