using Longwave.BadDays.Tests.Following;
using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Load;
using Longwave.BadDays.Tests.Machines;
using Longwave.BadDays.Tests.Storage;

namespace Longwave.BadDays.Tests;

/// <summary>The hub dies without a word, again and again, while it is published to and read from.</summary>
public sealed class KillTests
{
    [Fact]
    public Task Kill_ThreeTimesUnderLoad_KeepsAllThatWasAcknowledged() => KillAsync(3);

    [Fact]
    [Trait("Category", "Slow")]
    public Task Kill_SixtyTimesUnderLoad_KeepsAllThatWasAcknowledged() => KillAsync(60);

    private static async Task KillAsync(int rounds)
    {
        using var directory = new TempDirectory();
        var settings = new HubSettings { DataDirectory = directory["data"] };
        var seen = new SeenEvents();
        var ledger = new Ledger();
        await using var load = new Crowd(settings.Address, ledger, seen);
        var random = new Random();
        int known = 0;
        for (int round = 0; round < rounds; round++)
        {
            known = await LiveAndDieAsync(Vary(settings, random), ledger, seen, known, random);
        }

        await using HubProcess hub = await HubProcess.StartAsync(settings);
        await load.EndPublishingAsync();
        using var client = new HubClient(settings.Address);
        PublishReply last = await client.PublishAsync("load/3", "last one", null, "load/7", "alternate");
        await load.UntilAllHaveAsync(last.Offsets.Single());
        await hub.StopAsync();

        Assert.Empty(ledger.Complaints);
        using var audit = new LogAudit(settings.DataDirectory);
        audit.AssertComplete();
        List<StoredEvent> events = audit.Events();
        AssertAcknowledged(ledger, events);
        load.AssertSawExactly(events);
        TestContext.Current.TestOutputHelper?.WriteLine($"{rounds} rounds, {ledger.Count} events acknowledged, {events.Count} in the log, {load}");
    }

    /// <summary>
    /// One life of the hub: it dies while it starts, or after a random number of acknowledgements; before that, everything that its
    /// predecessors acknowledged must be where they said.
    /// </summary>
    /// <returns>How many acknowledgements have been checked.</returns>
    private static async Task<int> LiveAndDieAsync(HubSettings settings, Ledger ledger, SeenEvents seen, int known, Random random)
    {
        List<KeyValuePair<string, long>> promised = ledger.Since(known);
        await using HubProcess hub = HubProcess.Launch(settings);
        if (random.Next(8) == 0)
        {
            await Task.Delay(random.Next(800));
            Assert.False(hub.HasExited, string.Join('\n', hub.Errors));
            await hub.KillAsync();
            return known;
        }

        await hub.UntilListeningAsync();
        long enough = ledger.Count + random.Next(5_000);
        await CheckAsync(promised, seen);
        await Patience.UntilAsync(() => ledger.Count >= enough || hub.HasExited, () => $"{ledger.Count} of {enough} events were acknowledged");

        // Not always right after an answer.
        await Task.Delay(random.Next(30));
        Assert.False(hub.HasExited, string.Join('\n', hub.Errors));
        await hub.KillAsync();
        return known + promised.Count;
    }

    private static async Task CheckAsync(List<KeyValuePair<string, long>> promised, SeenEvents seen)
    {
        long highest = promised.Count == 0 ? 0 : promised.Max(static promise => promise.Value);
        await Patience.UntilAsync(() => seen.Offset >= highest, () => $"the log ends at {seen.Offset}, {highest} was acknowledged");
        foreach ((string label, long offset) in promised)
        {
            Assert.Equal(offset, seen.OffsetOf(label));
        }
    }

    private static void AssertAcknowledged(Ledger ledger, List<StoredEvent> events)
    {
        Dictionary<string, long> stored = events.ToDictionary(static e => Ledger.LabelOf(e.Data), static e => e.Offset);
        foreach ((string label, long offset) in ledger.Since(0))
        {
            Assert.True(stored.TryGetValue(label, out long found) && found == offset, $"{label} was acknowledged at {offset} and is at {found}");
        }
    }

    /// <summary>Small tails make the index and the eviction part of every commit; large ones leave much to recover.</summary>
    private static HubSettings Vary(HubSettings settings, Random random) => settings.With(
        ("Engine:Limits:HotTailEvents", random.Next(3) == 0 ? "1024" : "65536"),
        ("Engine:Limits:MaxCommitEvents", random.Next(3) == 0 ? "64" : "4096"),
        ("Engine:RetentionInterval", "00:00:00.050"),
        ("Engine:CatchUpReaders", $"{1 + random.Next(3)}"),
        ("Engine:Shards", $"{1 + random.Next(3)}"),
        ("Engine:IdempotencyWindow", "01:00:00"));
}
