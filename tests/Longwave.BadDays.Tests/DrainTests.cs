using System.Net;
using System.Text.Json;
using Longwave.BadDays.Tests.Attacks;
using Longwave.BadDays.Tests.Following;
using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Load;
using Longwave.BadDays.Tests.Machines;
using Longwave.BadDays.Tests.Storage;

namespace Longwave.BadDays.Tests;

/// <summary>The hub drains with many open streams and active publishers.</summary>
public sealed class DrainTests
{
    private const int Streams = 500;
    private const int WindowMs = 3_000;
    private const int RestartMs = 1_000;
    private const int ManyTopics = 20_000;
    private const int TopicsPerRequest = 5_000;

    /// <summary>Time from SIGTERM to the end of the process: the window, and the reserve for answers that <c>LongwaveHost.AllowDrain</c> adds to it.</summary>
    private static readonly TimeSpan ShutdownBound = TimeSpan.FromMilliseconds(WindowMs) + TimeSpan.FromSeconds(15);

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Terminate_FiveHundredStreams_NotifiesEachAndLosesNothing()
    {
        using var directory = new TempDirectory();
        HubSettings settings = Settings(directory);
        var ledger = new Ledger();
        var crowd = new List<(Follower Follower, string Topic, List<long> Offsets)>();
        await using var keyed = new KeyedPublisher(settings.Address, ledger, "keyed");
        await using var batches = new BatchPublisher(settings.Address, ledger, "batch") { MaxEvents = 50 };
        try
        {
            await using (HubProcess hub = await HubProcess.StartAsync(settings))
            {
                crowd.AddRange(Enumerable.Range(0, Streams).Select(i => Follow(settings, i)));
                await Task.WhenAll(crowd.Select(static member => member.Follower.UntilConnectedAsync()));
                keyed.Start();
                batches.Start();
                await Patience.UntilAsync(() => ledger.Count > 1_000, () => "nothing is acknowledged");
                await hub.StopAsync();
                Assert.DoesNotContain(hub.Errors, static line => line.Contains("The drain ran out of time", StringComparison.Ordinal));
            }

            AssertToldToLeave([.. crowd.Select(static member => member.Follower)]);
            await using HubProcess next = await HubProcess.StartAsync(settings);
            long enough = ledger.Count + 500;
            await Patience.UntilAsync(() => ledger.Count > enough, () => $"nothing is acknowledged after the restart; {string.Join('\n', ledger.Complaints)}");
            await Task.WhenAll(keyed.EndAsync(), batches.EndAsync());
            await AssertAllAsync(settings, ledger, crowd, next);
        }
        finally
        {
            await Task.WhenAll(crowd.Select(static member => member.Follower.DisposeAsync().AsTask()));
        }
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Terminate_ClientsNeverRead_StillEnds()
    {
        using var directory = new TempDirectory();
        HubSettings settings = Settings(directory);
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        using var client = new HubClient(settings.Address);
        await using var healthy = new Follower(settings.Address, FollowerKind.EventStream, "topic=t");
        SlowClient[] slow = [.. Enumerable.Range(0, 20).Select(_ => SlowClient.Connect(settings, "topic=t"))];
        await Patience.UntilAsync(async () => await client.ConnectionsAsync() == 21, () => "not every client is connected");
        string data = new('x', 50_000);
        for (int i = 0; i < 100; i++)
        {
            Assert.True((await client.PublishAsync("t", data)).IsAccepted);
        }

        await healthy.UntilCountAsync(100);
        await hub.StopAsync();
        Assert.Single(healthy.Farewells);
        Array.ForEach(slow, static client => client.Dispose());
    }

    /// <summary>Costly selectors that replay many topics, polls that are not read, half-open connections and HTTP/2 rapid reset.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Terminate_BesideAttackers_EndsInTimeAndNotifiesTheOthers()
    {
        using var directory = new TempDirectory();
        HubSettings settings = Settings(directory);
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        using var client = new HubClient(settings.Address);
        foreach (int[] some in Enumerable.Range(0, ManyTopics).Chunk(TopicsPerRequest))
        {
            Assert.True((await client.PublishLinesAsync(string.Join('\n', some.Select(static i => $$"""{"topic":"{{new string('a', 200)}}{{i}}","data":"x"}""")))).IsAccepted);
        }

        for (int i = 0; i < 10; i++)
        {
            Assert.True((await client.PublishAsync(CombinedAttack.LargeTopic, new string('x', 60_000))).IsAccepted);
        }

        await using var healthy = new Follower(settings.Address, FollowerKind.EventStream, $"topic={CombinedAttack.LargeTopic}");
        await healthy.UntilConnectedAsync();
        await using CombinedAttack attack = await CombinedAttack.StartAsync(settings.Host, settings.Port);
        long start = TimeProvider.System.GetTimestamp();
        await hub.TerminateAsync();
        Assert.Equal(0, await hub.ExitAsync().WaitAsync(ShutdownBound));
        TestContext.Current.TestOutputHelper!.WriteLine($"the hub ended {TimeProvider.System.GetElapsedTime(start).TotalSeconds:N1} s after SIGTERM");
        Assert.Single(healthy.Farewells);
    }

    private static HubSettings Settings(TempDirectory directory) => new HubSettings { DataDirectory = directory["data"] }.With(("Engine:DrainWindow", "00:00:03"), ("Engine:RestartTime", "00:00:01"));

    private static (Follower, string, List<long>) Follow(HubSettings settings, int i)
    {
        string topic = $"load/{i % 20}";
        var offsets = new List<long>();
        FollowerKind kind = i % 5 == 1 ? FollowerKind.Lines : FollowerKind.EventStream;
        Version version = i % 7 == 2 ? HttpVersion.Version20 : HttpVersion.Version11;
        return (new Follower(settings.Address, kind, $"topic={topic}", received => offsets.Add(received.Offset), version: version), topic, offsets);
    }

    private static void AssertToldToLeave(Follower[] followers)
    {
        var times = new HashSet<int>();
        foreach (Follower follower in followers)
        {
            Assert.True(follower.Complaints.IsEmpty && follower.CleanEnds == 1, $"{follower} had {follower.CleanEnds} clean ends");
            using JsonDocument told = JsonDocument.Parse(Assert.Single(follower.Farewells)["longwave.reconnect ".Length..]);
            Assert.Equal("drain", told.RootElement.GetProperty("reason").GetString());
            int retry = told.RootElement.GetProperty("retry").GetInt32();
            Assert.InRange(retry, RestartMs, RestartMs + (2 * WindowMs));
            times.Add(retry);
            Assert.All(follower.EndpointGuard, static status => Assert.Equal(HttpStatusCode.ServiceUnavailable, status));
        }

        Assert.True(times.Count > followers.Length / 2, $"{followers.Length} clients were told only {times.Count} different times");

        // The followers do not wait as long as they are told to, so they find the hub draining.
        Assert.Contains(followers, static follower => !follower.EndpointGuard.IsEmpty);
    }

    private static async Task AssertAllAsync(
        HubSettings settings, Ledger ledger, List<(Follower Follower, string Topic, List<long> Offsets)> crowd, HubProcess hub)
    {
        using (var client = new HubClient(settings.Address))
        {
            PublishReply last = await client.PublishAsync("load/0", "last one", null, [.. Enumerable.Range(1, 19).Select(static i => $"load/{i}")]);
            await Task.WhenAll(crowd.Select(member => member.Follower.UntilOffsetAsync(last.Offsets.Single())));
        }

        await hub.StopAsync();
        using var audit = new LogAudit(settings.DataDirectory);
        audit.AssertComplete();
        List<StoredEvent> events = audit.Events();
        Dictionary<string, long> stored = events.ToDictionary(static e => Ledger.LabelOf(e.Data), static e => e.Offset);
        Assert.All(ledger.Since(0), promise => Assert.Equal(promise.Value, stored.GetValueOrDefault(promise.Key)));
        Assert.Empty(ledger.Complaints);
        foreach ((Follower follower, string topic, List<long> offsets) in crowd)
        {
            Assert.True(follower.Complaints.IsEmpty, $"{follower}");
            Assert.Equal(events.Where(e => e.Topics.Contains(topic)).Select(static e => e.Offset), offsets);
        }
    }
}
