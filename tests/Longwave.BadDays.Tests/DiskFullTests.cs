using System.Net;
using Longwave.BadDays.Tests.Following;
using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Load;
using Longwave.BadDays.Tests.Machines;
using Longwave.BadDays.Tests.Storage;

namespace Longwave.BadDays.Tests;

/// <summary>The disk of the log becomes full, and later has free space again.</summary>
[Trait("Sink", "None")]
public sealed class DiskFullTests
{
    private static readonly string Large = new('x', 20_000);

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Publish_DiskFullThenFree_IsRejectedThenContinuesWithoutRestart()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync(8);
        HubSettings settings = Settings(disk);
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        using var client = new HubClient(settings.Address);
        await using var follower = new Follower(settings.Address, FollowerKind.EventStream, "topic=*");
        await follower.UntilConnectedAsync();
        var acknowledged = new List<long>();
        for (int time = 0; time < 3; time++)
        {
            await AcceptAsync(client, acknowledged);
            disk.Fill();
            PublishReply refused = await UntilRefusedAsync(client, acknowledged);
            Assert.Equal(HttpStatusCode.InsufficientStorage, refused.Status);
            Assert.Equal("disk-full", refused.Problem);
            Assert.Equal("disk-full", await client.StatusAsync());

            await follower.UntilCountAsync(acknowledged.Count);
            long heartbeats = follower.Heartbeats;
            await Patience.UntilAsync(() => follower.Heartbeats >= heartbeats + 3, () => "no heartbeats while the disk is full");

            disk.MakeRoom();
            await Patience.UntilAsync(async () => await client.StatusAsync() == "healthy", () => "there is room again, and the hub does not see it");
        }

        await AcceptAsync(client, acknowledged);
        await follower.UntilCountAsync(acknowledged.Count);
        Assert.Equal(1, follower.Connects);
        Assert.Empty(follower.Complaints);
        await hub.KillAsync();
        await AssertStoredAsync(settings, acknowledged);
    }

    [Fact]
    public async Task Publish_DiskFullUnderLoad_AcknowledgesOnlyWhatIsStored()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync(24);
        HubSettings settings = Settings(disk).With(("Engine:Limits:HotTailEvents", "1024"));
        var ledger = new Ledger();
        bool full = false;
        bool Tolerates(PublishReply reply) => full = reply is { Status: HttpStatusCode.InsufficientStorage, Problem: "disk-full" };
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        await using var batches = new BatchPublisher(settings.Address, ledger, "batch") { Tolerates = Tolerates };
        await using var single = new KeyedPublisher(settings.Address, ledger, "keyed") { Tolerates = Tolerates, Padding = 1_000 };
        await using var follower = new Follower(settings.Address, FollowerKind.Lines, "topic=*");
        batches.Start();
        single.Start();
        for (int time = 0; time < 3; time++)
        {
            long enough = ledger.Count + 1_000;
            await Patience.UntilAsync(() => ledger.Count > enough, () => $"{ledger.Count} events are acknowledged; complaints: {string.Join('\n', ledger.Complaints)}");
            full = false;
            disk.Fill();
            await Patience.UntilAsync(() => full, () => "the disk is full, and no publish was rejected");
            disk.MakeRoom();
        }

        await Task.WhenAll(batches.EndAsync(), single.EndAsync());
        using var client = new HubClient(settings.Address);
        await Patience.UntilAsync(async () => await client.StatusAsync() == "healthy", () => "the hub is not well again");
        PublishReply last = await client.PublishAsync("load/1", "last one");
        await follower.UntilOffsetAsync(last.Offsets.Single());
        Assert.Empty(follower.Complaints);
        Assert.Empty(ledger.Complaints);
        await hub.StopAsync();

        using var audit = new LogAudit(settings.DataDirectory);
        audit.AssertComplete();
        Dictionary<string, long> stored = audit.Events().ToDictionary(static e => Ledger.LabelOf(e.Data), static e => e.Offset);
        Assert.All(ledger.Since(0), promise => Assert.Equal(promise.Value, stored.GetValueOrDefault(promise.Key)));
        Assert.Equal(follower.Count, stored.Count);
    }

    [Fact]
    public async Task Serve_DiskFullFromTheStart_PrintsTheReasonInOneLine()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync(1);
        disk.Fill();
        await using HubProcess hub = HubProcess.Launch(Settings(disk));
        Assert.Equal(1, await hub.ExitAsync());
        string line = Assert.Single(hub.Errors);
        Assert.StartsWith("longwave: ", line, StringComparison.Ordinal);
    }

    private static HubSettings Settings(SmallDisk disk) => new HubSettings { DataDirectory = disk.DataDirectory }.With(("Engine:Heartbeat", "00:00:00.200"));

    private static async Task AcceptAsync(HubClient client, List<long> acknowledged)
    {
        for (int i = 0; i < 20; i++)
        {
            PublishReply reply = await client.PublishAsync("t", Large);
            Assert.Equal(HttpStatusCode.Created, reply.Status);
            acknowledged.Add(reply.Offsets.Single());
        }
    }

    /// <summary>The log may still have internal space: free pages, or a WAL file that was longer earlier.</summary>
    private static async Task<PublishReply> UntilRefusedAsync(HubClient client, List<long> acknowledged)
    {
        while (true)
        {
            PublishReply reply = await client.PublishAsync("t", Large);
            if (!reply.IsAccepted)
            {
                return reply;
            }

            acknowledged.Add(reply.Offsets.Single());
        }
    }

    private static async Task AssertStoredAsync(HubSettings settings, List<long> acknowledged)
    {
        await using (HubProcess hub = await HubProcess.StartAsync(settings))
        {
            await using var follower = new Follower(settings.Address, FollowerKind.EventStream, "topic=t");
            await follower.UntilCountAsync(acknowledged.Count);
            await hub.StopAsync();
        }

        using var audit = new LogAudit(settings.DataDirectory);
        audit.AssertComplete();
        Assert.Equal(acknowledged, audit.Events().Select(static e => e.Offset));
    }
}
