using System.Net;
using Longwave.BadDays.Tests.Following;
using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Load;
using Longwave.BadDays.Tests.Machines;
using Longwave.BadDays.Tests.Storage;

namespace Longwave.BadDays.Tests;

/// <summary>The disk fails. The state of the file is then unknown, so the hub acknowledges no further events until a restart has read it again.</summary>
[Trait("Sink", "None")]
public sealed class StorageErrorTests
{
    [Theory]
    [InlineData(FaultyStorage.Sync)]
    [InlineData(FaultyStorage.Write)]
    public async Task Publish_SyncOrWriteFails_StopsPublishingUntilRestart(string call)
    {
        using var directory = new TempDirectory();
        HubSettings sound = Settings(directory);
        HubSettings faulty = sound with { Wrapper = FaultyStorage.Wrapper(directory) };
        var ledger = new Ledger();
        int refusals = 0;
        await using (HubProcess hub = await HubProcess.StartAsync(faulty))
        {
            Publisher[] publishers =
            [
                .. Enumerable.Range(0, 20).Select(i => new KeyedPublisher(sound.Address, ledger, $"keyed-{i}") { Tolerates = Tolerates }),
                new BatchPublisher(sound.Address, ledger, "batch") { Tolerates = Tolerates },
            ];
            await using var follower = new Follower(sound.Address, FollowerKind.EventStream, "topic=*");
            using var client = new HubClient(sound.Address);
            Array.ForEach(publishers, static publisher => publisher.Start());
            await Patience.UntilAsync(() => ledger.Count > 500, () => "nothing is acknowledged");
            await FaultyStorage.BreakAsync(directory, hub.Id, call);
            await Patience.UntilAsync(() => Volatile.Read(ref refusals) >= 2 || hub.HasExited, () => $"the disk fails, and no publish was rejected; {string.Join('\n', ledger.Complaints)}");
            await hub.AssertRunningAsync();

            // The disk works again, but the failure is permanent until a restart.
            await FaultyStorage.FixAsync(directory, hub.Id, call);
            long promised = ledger.Count;
            await AssertStoppedAsync(client);
            await AssertStreamsGoOnAsync(sound, ledger, follower);
            Assert.Equal(promised, ledger.Count);
            await Task.WhenAll(publishers.Select(static publisher => publisher.DisposeAsync().AsTask()));
            Assert.Empty(follower.Complaints);
            Assert.Contains(hub.Errors, static line => line.Contains("Writing the log failed", StringComparison.Ordinal));
            await hub.KillAsync();
        }

        Assert.Empty(ledger.Complaints);
        await AssertSoundAfterRestartAsync(sound, ledger);

        bool Tolerates(PublishReply reply)
        {
            Interlocked.Increment(ref refusals);
            return reply is { Status: HttpStatusCode.ServiceUnavailable, Problem: "publishing-stopped" };
        }
    }

    [Theory]
    [InlineData(FaultyStorage.Sync, FaultyStorage.InputOutputError, "publishing-stopped")]
    [InlineData(FaultyStorage.Write, FaultyStorage.NoRoom, "disk-full")]
    public async Task Terminate_AfterStorageError_EndsCleanly(string call, int error, string problem)
    {
        using var directory = new TempDirectory();
        HubSettings sound = Settings(directory);
        await using (HubProcess hub = await HubProcess.StartAsync(sound with { Wrapper = FaultyStorage.Wrapper(directory) }))
        {
            using var client = new HubClient(sound.Address);
            await using var follower = new Follower(sound.Address, FollowerKind.EventStream, "topic=t");
            Assert.True((await client.PublishAsync("t", "before the fault")).IsAccepted);
            await follower.UntilCountAsync(1);
            await FaultyStorage.BreakAsync(directory, hub.Id, call, error);
            Assert.Equal(problem, (await client.PublishAsync("t", "within the fault")).Problem);
            await hub.StopAsync();
            Assert.Single(follower.Farewells);
        }

        await using HubProcess restarted = await HubProcess.StartAsync(sound);
        using var again = new HubClient(sound.Address);
        Assert.True((await again.PublishAsync("t", "after the fault")).IsAccepted);
    }

    /// <summary>The write itself reports a full disk, as with a quota or a network file system.</summary>
    [Fact]
    public async Task Publish_DiskFull_ContinuesWhenThereIsRoom()
    {
        using var directory = new TempDirectory();
        HubSettings settings = Settings(directory) with { Wrapper = FaultyStorage.Wrapper(directory) };
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        using var client = new HubClient(settings.Address);
        var acknowledged = new List<long>();
        for (int time = 0; time < 5; time++)
        {
            acknowledged.AddRange((await client.PublishAsync("t", $"{time}")).Offsets);
            await FaultyStorage.BreakAsync(directory, hub.Id, FaultyStorage.Write, FaultyStorage.NoRoom);
            Assert.Equal("disk-full", (await client.PublishAsync("t", "refused")).Problem);
            Assert.Equal("disk-full", await client.StatusAsync());
            await FaultyStorage.FixAsync(directory, hub.Id, FaultyStorage.Write);
            await Patience.UntilAsync(async () => await client.StatusAsync() == "healthy", () => "there is room again, and the hub does not see it");
        }

        await hub.StopAsync();
        using var audit = new LogAudit(settings.DataDirectory);
        audit.AssertComplete();
        Assert.Equal(acknowledged, audit.Events().Select(static e => e.Offset));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Publish_FaultsAtRandom_AcknowledgesOnlyWhatIsStored()
    {
        using var directory = new TempDirectory();
        HubSettings sound = Settings(directory).With(("Engine:Limits:HotTailEvents", "1024"));
        var ledger = new Ledger();
        (string Call, int Error)[] faults =
        [
            (FaultyStorage.Sync, 5), (FaultyStorage.Write, 5), (FaultyStorage.Write, FaultyStorage.NoRoom), (FaultyStorage.Truncate, 5),
        ];
        await using var keyed = new KeyedPublisher(sound.Address, ledger, "keyed") { Tolerates = Tolerates };
        await using var batches = new BatchPublisher(sound.Address, ledger, "batch") { Tolerates = Tolerates };
        await using var follower = new Follower(sound.Address, FollowerKind.Lines, "topic=*");
        keyed.Start();
        batches.Start();
        for (int round = 0; round < 16; round++)
        {
            (string call, int error) = faults[round % faults.Length];
            await using HubProcess hub = await HubProcess.StartAsync(sound with { Wrapper = FaultyStorage.Wrapper(directory) });
            using var client = new HubClient(sound.Address);
            long enough = ledger.Count + 1_000;
            await FaultyStorage.BreakAsync(directory, hub.Id, call, error, probability: 0.002);
            await Patience.UntilAsync(
                async () => ledger.Count > enough || await client.StatusAsync() == "publishing-stopped", () => $"{ledger.Count} of {enough} acknowledged");
            await hub.AssertRunningAsync();
            await hub.KillAsync();
        }

        Task ending = Task.WhenAll(keyed.EndAsync(), batches.EndAsync());
        await using (HubProcess hub = await HubProcess.StartAsync(sound))
        {
            await ending;
            await follower.UntilOffsetAsync(ledger.Highest);
            await hub.StopAsync();
        }

        Assert.Empty(ledger.Complaints);
        Assert.Empty(follower.Complaints);
        await AssertSoundAfterRestartAsync(sound, ledger);

        static bool Tolerates(PublishReply reply) => reply.Problem is "publishing-stopped" or "disk-full";
    }

    private static HubSettings Settings(TempDirectory directory) =>
        new HubSettings { DataDirectory = directory["data"] }.With(("Engine:Heartbeat", "00:00:00.200"), ("Engine:DrainWindow", "00:00:01"));

    private static async Task AssertStoppedAsync(HubClient client)
    {
        for (int i = 0; i < 20; i++)
        {
            PublishReply reply = await client.PublishAsync("t", "never acknowledged");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "publishing-stopped"), (reply.Status, reply.Problem));
        }

        foreach (string path in new[] { "/readyz", "/healthz" })
        {
            (HttpStatusCode status, System.Text.Json.JsonElement body) = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Equal("publishing-stopped", body.GetProperty("status").GetString());
        }
    }

    private static async Task AssertStreamsGoOnAsync(HubSettings settings, Ledger ledger, Follower follower)
    {
        await follower.UntilOffsetAsync(ledger.Highest);
        long heartbeats = follower.Heartbeats;
        await Patience.UntilAsync(() => follower.Heartbeats >= heartbeats + 3, () => "no heartbeats since publishing stopped");
        Assert.Equal(1, follower.Connects);
        await using var late = new Follower(settings.Address, FollowerKind.Lines, "topic=*");
        await late.UntilCountAsync(follower.Count);
        Assert.Empty(late.Complaints);
    }

    private static async Task AssertSoundAfterRestartAsync(HubSettings settings, Ledger ledger)
    {
        await using (HubProcess hub = await HubProcess.StartAsync(settings))
        {
            using var client = new HubClient(settings.Address);
            Assert.Equal("healthy", await client.StatusAsync());
            Assert.True((await client.PublishAsync("t", "again possible")).IsAccepted);
            await hub.StopAsync();
        }

        using var audit = new LogAudit(settings.DataDirectory);
        audit.AssertComplete();
        Dictionary<string, long> stored = audit.Events().ToDictionary(static e => Ledger.LabelOf(e.Data), static e => e.Offset);
        Assert.All(ledger.Since(0), promise => Assert.Equal(promise.Value, stored.GetValueOrDefault(promise.Key)));
    }
}
