using Longwave.BadDays.Tests.Machines;
using Longwave.Engine;
using Longwave.Engine.Configuration;
using Longwave.Engine.Publishing;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.BadDays.Tests;

/// <summary>
/// Retention runs on a full disk, for every policy, also when the hub starts on one. Until then no publish uses the disk, and the hub recovers by
/// itself. The engine runs in the process of the test, on a file system of its own.
/// </summary>
[Trait("Category", "Slow")]
[Trait("Sink", "None")]
public sealed class FullDiskRetentionTests
{
    private const string Topic = "t";
    private const int Kept = 3;

    public enum Limit
    {
        Age,
        Count,
        Bytes,
    }

    public static TheoryData<Limit, Durability, int> Matrix
    {
        get
        {
            var rows = new TheoryData<Limit, Durability, int>();
            foreach (Limit limit in Enum.GetValues<Limit>())
            {
                foreach (Durability durability in Enum.GetValues<Durability>())
                {
                    rows.Add(limit, durability, 200);
                    rows.Add(limit, durability, 20_000);
                    rows.Add(limit, durability, 500_000);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Retention_DiskFull_RemovesEventsAndTheHubRecoversWithRoom(Limit limit, Durability durability, int size)
    {
        await using SmallDisk disk = await SmallDisk.MountAsync(24);
        EngineOptions options = Options(disk, limit, durability, size);
        long left;
        await using (HubEngine hub = Open(options))
        {
            // More than retention keeps. Its interval is so long that it runs only because the disk is full.
            for (int i = 0; i < 12; i++)
            {
                Assert.Equal(PublishOutcome.Accepted, await PublishAsync(hub, Topic, size));
            }

            disk.Fill();
            await UntilFullAsync(hub, size);
            await Patience.UntilAsync(() => Count(hub) <= Kept, () => $"the disk is full, and {Count(hub)} events are left of topic {Topic}");
            left = Count(hub);
        }

        // A full disk from the start: the hub opens, and keeps what retention has left.
        disk.Fill();
        await using (HubEngine hub = Open(options))
        {
            Assert.InRange(Count(hub), 0, durability == Durability.Memory ? 0 : left);
            disk.MakeRoom();
            await Patience.UntilAsync(() => hub.Health == HubHealth.Healthy, () => "there is room again, and the hub does not see it");
            Assert.Equal(PublishOutcome.Accepted, await PublishAsync(hub, Topic, size));
        }
    }

    /// <summary>Nothing but the events of the log fills the disk, so their removal must be sufficient.</summary>
    [Theory]
    [InlineData(200)]
    [InlineData(20_000)]
    [InlineData(500_000)]
    public async Task Publish_LogFillsTheDiskAndEventsExpire_RecoversWithoutOtherRoom(int size)
    {
        await using SmallDisk disk = await SmallDisk.MountAsync(24);
        EngineOptions options = Options(disk, Limit.Age, Durability.Log, size);
        await using HubEngine hub = Open(options);
        for (int round = 0; round < 2; round++)
        {
            await UntilFullAsync(hub, size, Topic);
            await Patience.UntilAsync(() => hub.Health == HubHealth.Healthy, () => $"the events have expired ({Count(hub)} are left), and the hub is {hub.Health}");
            Assert.Equal(PublishOutcome.Accepted, await PublishAsync(hub, Topic, size));
        }
    }

    /// <summary>A hub that was stopped on a full disk, before its events expired.</summary>
    [Theory]
    [InlineData(Limit.Age)]
    [InlineData(Limit.Count)]
    [InlineData(Limit.Bytes)]
    public async Task Open_DiskFullOfExpiredEvents_RecoversWithoutOtherRoom(Limit limit)
    {
        const int Size = 20_000;
        await using SmallDisk disk = await SmallDisk.MountAsync(24);
        EngineOptions options = Options(disk, limit, Durability.Log, Size);
        options.Policies = [new TopicPolicy { Selector = Topic, MaxAge = TimeSpan.Zero }];
        await using (HubEngine hub = Open(options))
        {
            await UntilFullAsync(hub, Size, Topic);
        }

        disk.Fill();
        options = Options(disk, limit, Durability.Log, Size);
        options.RetentionInterval = TimeSpan.FromSeconds(1);
        await using HubEngine again = Open(options);
        await Patience.UntilAsync(() => Count(again) <= Kept, () => $"{Count(again)} events are left");
        disk.MakeRoom();
        await Patience.UntilAsync(() => again.Health == HubHealth.Healthy, () => "the events are removed, and the hub is not healthy");
        Assert.Equal(PublishOutcome.Accepted, await PublishAsync(again, Topic, Size));
    }

    private static EngineOptions Options(SmallDisk disk, Limit limit, Durability durability, int size) => new()
    {
        DataDirectory = disk.DataDirectory,
        RetentionInterval = TimeSpan.FromDays(1),
        Policies =
        [
            new TopicPolicy
            {
                Selector = Topic,
                Durability = durability,
                MaxAge = limit == Limit.Age ? TimeSpan.FromSeconds(1) : TimeSpan.Zero,
                MaxCount = limit == Limit.Count ? Kept : 0,
                MaxBytes = limit == Limit.Bytes ? Kept * size : 0,
            },
        ],
    };

    private static HubEngine Open(EngineOptions options) => HubEngine.Open(options, TimeProvider.System, NullLoggerFactory.Instance);

    private static async Task<PublishOutcome> PublishAsync(HubEngine hub, string topic, int size) =>
        (await hub.PublishAsync([new Publication(new Event { Topic = topic, Data = new byte[size] }, null)])).Outcome;

    private static async Task UntilFullAsync(HubEngine hub, int size, string topic = "other")
    {
        PublishOutcome outcome;
        do
        {
            Publication[] many = [.. Enumerable.Range(0, Math.Max(1, 200_000 / size)).Select(_ => new Publication(new Event { Topic = topic, Data = new byte[size] }, null))];
            outcome = (await hub.PublishAsync(many)).Outcome;
        }
        while (outcome == PublishOutcome.Accepted);
        Assert.Equal(PublishOutcome.DiskFull, outcome);
    }

    private static long Count(HubEngine hub) => hub.Topics(null, null, 10).Topics.SingleOrDefault(static topic => topic.Name == Topic)?.Count ?? 0;
}
