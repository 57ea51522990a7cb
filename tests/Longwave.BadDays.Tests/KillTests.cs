using Longwave.BadDays.Tests.Following;
using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Load;
using Longwave.BadDays.Tests.Machines;
using Longwave.BadDays.Tests.Storage;

namespace Longwave.BadDays.Tests;

/// <summary>The hub is killed repeatedly during publishing and reading.</summary>
public sealed class KillTests
{
    [Fact]
    public Task Kill_ThreeTimesUnderLoad_KeepsAllAcknowledgedEvents() => KillAsync(3);

    [Fact]
    [Trait("Category", "Slow")]
    public Task Kill_SixtyTimesUnderLoad_KeepsAllAcknowledgedEvents() => KillAsync(60);

    /// <summary>Retention writes too: after a kill, events, index and topic figures must still agree.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Kill_WhileRetentionRemoves_KeepsTheNewestOfEachTopic()
    {
        const int Kept = 300;
        using var directory = new TempDirectory();
        var random = new Random();
        HubSettings settings = Vary(new HubSettings { DataDirectory = directory["data"] }, random)
            .With(("Engine:Policies:0:Selector", "load/{n}"), ("Engine:Policies:0:MaxCount", $"{Kept}"));
        var ledger = new Ledger();
        await using var keyed = new KeyedPublisher(settings.Address, ledger, "keyed");
        await using var batches = new BatchPublisher(settings.Address, ledger, "batch");
        keyed.Start();
        batches.Start();
        for (int round = 0; round < 15; round++)
        {
            await LiveAndDieAsync(Vary(settings, random), ledger, null, 0, random);
        }

        await using (HubProcess hub = await HubProcess.StartAsync(settings))
        {
            await Task.WhenAll(keyed.EndAsync(), batches.EndAsync());
            await hub.StopAsync();
        }

        Assert.Empty(ledger.Complaints);
        using var audit = new LogAudit(settings.DataDirectory);
        audit.AssertComplete();
        List<StoredEvent> events = audit.Events();
        Dictionary<string, long> stored = events.ToDictionary(static e => Ledger.LabelOf(e.Data), static e => e.Offset);
        Dictionary<string, StoredTopic> topics = audit.Topics();
        foreach ((string label, long offset) in ledger.Since(0))
        {
            long found = stored.GetValueOrDefault(label, offset <= topics[Ledger.TopicOf(label)].TrimmedThrough ? offset : 0);
            Assert.True(found == offset, $"{label} was acknowledged at {offset}, is at {found}, and was not removed");
        }


        // Topics 7 and 8 are alternates of each other's events, so the retention of one also counts events of the other: exclude them.
        Assert.All(Enumerable.Range(0, 20).Where(static i => i is not (7 or 8)), i => Assert.True(topics[$"load/{i}"].Count >= Kept, $"{topics[$"load/{i}"]}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{ledger.Count} events acknowledged, {events.Count} kept");
    }

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
            if (round % 8 == 2)
            {
                AssertImage(settings, ledger);
            }
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
    /// Runs the hub once and kills it during the start or after a random number of acknowledgements. First it checks that every event
    /// acknowledged in earlier runs is at its position.
    /// </summary>
    /// <returns>Number of acknowledgements checked.</returns>
    private static async Task<int> LiveAndDieAsync(HubSettings settings, Ledger ledger, SeenEvents? seen, int known, Random random)
    {
        List<KeyValuePair<string, long>> promised = ledger.Since(known);
        await using HubProcess hub = HubProcess.Launch(settings);
        if (random.Next(8) == 0)
        {
            await Task.Delay(random.Next(800));
            await hub.AssertRunningAsync();
            await hub.KillAsync();
            return known;
        }

        await hub.UntilListeningAsync();
        long enough = ledger.Count + random.Next(5_000);
        if (seen is not null)
        {
            await CheckAsync(promised, seen);
        }

        await Patience.UntilAsync(() => ledger.Count >= enough || hub.HasExited, () => $"{ledger.Count} of {enough} events were acknowledged");

        // The file can lag behind the response.
        await Task.Delay(random.Next(30));
        await hub.AssertRunningAsync();
        await hub.KillAsync();
        return known + promised.Count;
    }

    /// <summary>Checks the files of the killed hub before a restart modifies them: reads a copy, with SQLite only.</summary>
    private static void AssertImage(HubSettings settings, Ledger ledger)
    {
        using var copy = new TempDirectory();
        foreach (string file in new[] { "longwave.db", "longwave.db-wal" }.Where(name => File.Exists(Path.Combine(settings.DataDirectory, name))))
        {
            File.Copy(Path.Combine(settings.DataDirectory, file), copy[file]);
        }

        using var audit = new LogAudit(copy.Path);
        Assert.Equal("ok", audit.Integrity());
        AssertAcknowledged(ledger, audit.Events());
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

    /// <summary>Small tails make index and eviction part of every commit; large ones leave much for recovery.</summary>
    private static HubSettings Vary(HubSettings settings, Random random) => settings.With(
        ("Engine:Limits:HotTailEvents", random.Next(3) == 0 ? "1024" : "65536"),
        ("Engine:Limits:MaxCommitEvents", random.Next(3) == 0 ? "64" : "4096"),
        ("Engine:RetentionInterval", "00:00:00.050"),
        ("Engine:CatchUpReaders", $"{1 + random.Next(3)}"),
        ("Engine:Shards", $"{1 + random.Next(3)}"),
        ("Engine:IdempotencyWindow", "01:00:00"));
}
