using Longwave.BadDays.Tests.Attacks;
using Longwave.BadDays.Tests.Following;
using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Load;
using Longwave.BadDays.Tests.Machines;

namespace Longwave.BadDays.Tests;

/// <summary>
/// Clients that try to exhaust the hub's CPU, memory or connections. During each attack a publisher and a follower stay active: none of their
/// requests or events may be refused, lost or repeated, and the hub's memory stays bounded. The benchmark `hostile` measures how much they slow down.
/// </summary>
public sealed class HostileClientTests
{
    private const int SlowConnections = 1_000;
    private const int HalfOpen = 10_000;
    private const int ResetConnections = 5;

    /// <summary>Maximum memory growth during an attack, in bytes: some ten KB for each of ten thousand connections, and temporary garbage.</summary>
    private const long MemoryBound = 300L * 1024 * 1024;

    private static readonly TimeSpan SlowLength = TimeSpan.FromSeconds(8);

    public static TheoryData<string> SlowModes => [.. SlowHttp.Modes];

    [Theory]
    [MemberData(nameof(SlowModes))]
    [Trait("Category", "Slow")]
    public Task SlowHttp_AThousandSlowClients_DelayNoOtherClient(string mode) => AttackAsync(
        async (settings, cancellation) =>
        {
            string report = await SlowHttp.RunAsync(mode, settings.Address, SlowConnections, SlowLength, cancellation);
            Assert.Contains("slow HTTP test status", report, StringComparison.Ordinal);
            return $"slowhttptest {mode}, {SlowConnections} connections for {SlowLength.TotalSeconds} s";
        });

    [Fact]
    [Trait("Category", "Slow")]
    public Task HalfOpen_TenThousandConnections_AreClosedInTimeAndOthersAreServed() => AttackAsync(async (settings, _) =>
    {
        using HalfOpenConnections connections = await HalfOpenConnections.OpenAsync(settings.Host, settings.Port, HalfOpen);
        int closed = await connections.CountClosedAsync(Patience.Bound);
        Assert.Equal(HalfOpen, closed);
        return $"{HalfOpen} half-open connections, {closed} of them closed by the hub";
    });

    [Fact]
    [Trait("Category", "Slow")]
    public Task RapidReset_ConnectionAfterConnection_IsClosedAndOthersAreServed() => AttackAsync(async (settings, cancellation) =>
    {
        var attack = new RapidReset(settings.Host, settings.Port);
        await attack.RunAsync(ResetConnections, cancellation);
        Assert.Equal(ResetConnections, attack.ConnectionsEnded);
        return $"{attack.Streams} streams reset over {attack.ConnectionsEnded} connections, each ended by the hub";
    });

    private static async Task AttackAsync(Func<HubSettings, CancellationToken, Task<string>> attack)
    {
        using var directory = new TempDirectory();
        HubSettings settings = new HubSettings { DataDirectory = directory["data"] }.With(
            ("Server:RequestHeadersTimeout", "00:00:04"), ("Engine:StallTimeout", "00:00:05"), ("Engine:DrainWindow", "00:00:00"));
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        using var client = new HubClient(settings.Address);
        for (int i = 0; i < 10; i++)
        {
            await client.PublishAsync("large", new string('x', 60_000));
        }

        var ledger = new Ledger();
        await using var publisher = new PlainPublisher(settings.Address, ledger, "plain");
        await using var healthy = new Follower(settings.Address, FollowerKind.EventStream, $"topic={Uri.EscapeDataString("load/{n}")}");
        publisher.Start();
        await Patience.UntilAsync(() => ledger.Count > 100, () => "nothing is acknowledged");

        long before = hub.ResidentBytes;
        long acknowledged = ledger.Count;
        using var patience = new CancellationTokenSource(Patience.Bound, TimeProvider.System);
        Task<string> attacking = attack(settings, patience.Token);
        long peak = before;
        while (await Task.WhenAny(attacking, Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None)) != attacking)
        {
            await hub.AssertRunningAsync();
            peak = Math.Max(peak, hub.ResidentBytes);
        }

        string what = await attacking;
        acknowledged = ledger.Count - acknowledged;
        await publisher.EndAsync();
        await healthy.UntilOffsetAsync(ledger.Highest);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{what}; meanwhile {acknowledged} events were published, {healthy.Complaints.Count} complaints; memory {before >> 20} MB before, {peak >> 20} MB at most");
        Assert.True(healthy.Complaints.IsEmpty && healthy.EndpointGuard.IsEmpty, $"{healthy}");
        Assert.NotEqual(0, acknowledged);
        Assert.InRange(peak - before, 0, MemoryBound);
        Assert.Equal("healthy", await client.StatusAsync());
        await Patience.UntilAsync(async () => await client.ConnectionsAsync() <= 1, () => "the hub holds streams of clients that are gone");
        Assert.DoesNotContain(hub.Errors, static line => line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal));
        await hub.StopAsync();
    }
}
