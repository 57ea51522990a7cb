using System.Text.Json;
using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Lives;
using Longwave.BadDays.Tests.Machines;

namespace Longwave.BadDays.Tests;

/// <summary>Connections of every kind that end in every phase leave nothing behind. The benchmark `hostile-lives` runs a million of them.</summary>
public sealed class ConnectionLifeTests
{
    private const int LivesPerKind = 25;
    private const int AtOnce = 240;
    private const int StreamsPerAddress = 50;
    private const int Seed = 12;
    private const int LargeEvents = 10;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Lives_OfEveryKind_LeaveNoDescriptorNoStreamAndEveryPlaceFree()
    {
        using var directory = new TempDirectory();
        var limits = new LifeLimits(StreamsPerAddress);
        var tls = new HubSettings { DataDirectory = directory["data"] };
        HubSettings settings = new HubSettings
        {
            DataDirectory = directory["data"],
            Options = limits.Configuration,
            Arguments = ["--urls", $"https://{tls.Host}:{tls.Port}", .. LifeCertificate.Write(directory["tls"])],
        };
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        using var client = new HubClient(settings.Address);
        for (int i = 0; i < LargeEvents; i++)
        {
            Assert.True((await client.PublishAsync(LifeTarget.LargeTopic, new string('x', 60_000))).IsAccepted);
        }

        var target = new LifeTarget(settings.Port, tls.Port, await HubCounts.EpochAsync(settings.Port), limits);
        await new LifeRun(target, LifeKinds.All, 1, AtOnce, Seed).RunAsync();
        Assert.Equal(HubPlaces.All(limits), await HubPlaces.SettleAsync(target, Patience.Bound));
        HubCounts before = await HubCounts.ReadAsync(hub.Id, settings.Port);
        Assert.Equal((0, 0), (before.Streams, before.Listed));

        var lives = new LifeRun(target, LifeKinds.All, LivesPerKind, AtOnce, Seed);
        await lives.RunAsync();
        Assert.True(lives.Failed == 0, string.Join('\n', lives.Failures));
        Assert.Equal(LifeKinds.All.Count * LivesPerKind, lives.Ended);
        HubCounts after = await HubCounts.SettleAsync(hub.Id, settings.Port, before, Patience.Bound);
        Assert.Equal((0, 0), (after.Streams, after.Listed));
        Assert.InRange(after.Sockets, 0, before.Sockets);
        Assert.InRange(after.Descriptors, 0, before.Descriptors);
        Assert.Equal(HubPlaces.All(limits), await HubPlaces.SettleAsync(target, Patience.Bound));

        // A publish behind a stream or a poll was not executed.
        (_, JsonElement topics) = await client.GetAsync("/v1/topics?topic=" + LifeTarget.BehindTopic);
        Assert.Equal(0, topics.GetProperty("topics").GetArrayLength());
        Assert.DoesNotContain(hub.Errors, static line => line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal));
        await hub.StopAsync();
    }

    [Fact]
    public void Kinds_All_CoverEachPhaseEndAndProtocol()
    {
        Assert.Equal(40, LifeKinds.All.Distinct().Count());
        Assert.Equal(Enum.GetValues<LifePhase>(), LifeKinds.All.Select(static kind => kind.Phase).Distinct().Order());
        Assert.Equal(Enum.GetValues<LifeEnd>(), LifeKinds.All.Select(static kind => kind.End).Distinct().Order());
        Assert.Equal(Enum.GetValues<LifeProtocol>(), LifeKinds.All.Select(static kind => kind.Protocol).Distinct().Order());
    }
}
