using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Publishing;
using Longwave.Engine.Storage;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.EventStream;

namespace Longwave.Engine.Tests.Log;

/// <summary>Damage of the files of a log: the hub reports it in the stream, or refuses to start. It never serves other data.</summary>
public sealed class DamageTests : IDisposable
{
    private const int Events = 20;

    private readonly string _directory = Directory.CreateTempSubdirectory("longwave-").FullName;

    private string Log => Path.Combine(_directory, "longwave.db");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Each column of an event, read by a scan (<c>*</c>) and through the index.</summary>
    [Theory]
    [InlineData("data = x'00'")]
    [InlineData("time = time + 1")]
    [InlineData("type = 'other'")]
    [InlineData("key = 'other'")]
    [InlineData("content_type = 'text/html'")]
    [InlineData("attributes = '{}'")]
    [InlineData("private = 1")]
    [InlineData("publisher_id = 'other'")]
    [InlineData("retry = 5")]
    [InlineData("alternates = x'01000000'")]
    [InlineData("topic = 2")]
    [InlineData("distance = 2")]
    [InlineData("checksum = checksum + 1")]
    [InlineData("offset = 5000")]
    public async Task Read_DamagedColumn_IsAGap(string change)
    {
        await FillAsync();
        Execute($"UPDATE events SET {change} WHERE offset = 10");

        // An event that has moved is damage in two places, and the index leads to neither.
        bool hasMoved = change.StartsWith("offset", StringComparison.Ordinal);
        await AssertGapAsync("*", ranges: hasMoved ? 2 : 1);
        if (!hasMoved)
        {
            await AssertGapAsync("t");
        }
    }

    [Theory]
    [InlineData("*")]
    [InlineData("t")]
    public async Task Read_MissingRow_IsAGap(string selector)
    {
        await FillAsync();
        Execute("DELETE FROM events WHERE offset = 10");
        await AssertGapAsync(selector);
    }

    [Fact]
    public async Task Read_DamagedNameOfATopic_IsAGapForItsEvents()
    {
        await FillAsync();
        Execute("UPDATE topics SET name = 'x' WHERE name = 't'");
        await using var hub = new TestHub(directory: _directory);
        List<ServerSentEvent> read = await hub.Subscribe("*", since: Since.Earliest, endWhenLive: true).AllAsync();
        string epoch = $"{hub.Engine.Tip.Epoch:x8}";
        Assert.Equal([$$"""{"from":"{{epoch}}-0","to":"{{epoch}}-{{Events - 1}}","reason":"damaged"}""", $"{Events}"], read.Select(static one => one.Data));
    }

    /// <summary>Events that are not in the index yet are loaded into memory at the start, where nothing checks them later.</summary>
    [Fact]
    public async Task Open_DamagedEventThatIsNotIndexed_IsAGap()
    {
        await using (var hub = new TestHub(directory: _directory))
        {
            await PublishAsync(hub);
            Copy("crashed");
        }

        string crashed = Path.Combine(_directory, "crashed");
        Execute("UPDATE events SET data = x'00' WHERE offset = 10", Path.Combine(crashed, "longwave.db"));
        await AssertGapAsync("*", crashed);
        await AssertGapAsync("t", crashed);
    }

    [Theory]
    [InlineData("DELETE FROM log")]
    [InlineData("UPDATE log SET epoch = 0")]
    public async Task Open_WithoutEpoch_Fails(string change)
    {
        await FillAsync();
        Execute(change);
        Assert.Contains("no epoch", Assert.Throws<LogUnavailableException>(() => new TestHub(directory: _directory)).Message, StringComparison.Ordinal);
    }

    /// <summary>A process that was killed leaves the write-ahead log and the shared-memory file; a power failure leaves the first alone.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_DamageInTheMiddleOfTheWal_BeginsANewEpoch(bool hasIndex)
    {
        (uint epoch, string crashed) = await CrashAsync(hasIndex);
        FlipBit(Path.Combine(crashed, "longwave.db-wal"), static length => length / 2);
        await using var hub = new TestHub(directory: crashed);
        Assert.NotEqual(epoch, hub.Engine.Tip.Epoch);
        Assert.InRange(hub.Engine.Tip.Offset, 0, Events - 1);
        using Database lineage = Database.OpenReader(Path.Combine(crashed, "longwave.db"));
        Assert.Equal(epoch, lineage.Scalar($"SELECT previous FROM epochs WHERE epoch = {hub.Engine.Tip.Epoch}"));
    }

    [Fact]
    public async Task Open_WalOfAKilledHubIsCutOrMissing_BeginsANewEpoch()
    {
        (uint epoch, string crashed) = await CrashAsync(hasIndex: true);
        using (FileStream wal = File.OpenWrite(Path.Combine(crashed, "longwave.db-wal")))
        {
            wal.SetLength(wal.Length - 100);
        }

        await using (var hub = new TestHub(directory: crashed))
        {
            Assert.NotEqual(epoch, hub.Engine.Tip.Epoch);
        }

        (epoch, crashed) = await CrashAsync(hasIndex: true);
        File.Delete(Path.Combine(crashed, "longwave.db-wal"));
        await using var other = new TestHub(directory: crashed);
        Assert.NotEqual(epoch, other.Engine.Tip.Epoch);
    }

    /// <summary>A power failure interrupted the write of the last transaction, so it was never acknowledged.</summary>
    [Fact]
    public async Task Open_TornTailOfTheWal_KeepsTheEpoch()
    {
        (uint epoch, string crashed) = await CrashAsync(hasIndex: false);
        using (FileStream wal = File.OpenWrite(Path.Combine(crashed, "longwave.db-wal")))
        {
            wal.SetLength(wal.Length - 100);
        }

        await using var hub = new TestHub(directory: crashed);
        Assert.Equal((epoch, Events - 1), (hub.Engine.Tip.Epoch, hub.Engine.Tip.Offset));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_IntactWal_KeepsEpochAndEvents(bool hasIndex)
    {
        (uint epoch, string crashed) = await CrashAsync(hasIndex);
        await using var hub = new TestHub(directory: crashed);
        Assert.Equal((epoch, Events), (hub.Engine.Tip.Epoch, hub.Engine.Tip.Offset));
    }

    [Theory]
    [InlineData("longwave.db")]
    [InlineData("longwave.db-wal")]
    [InlineData("longwave.db-shm")]
    [InlineData("longwave.lock")]
    public async Task Publish_FileIsDeletedOrReplaced_Stops(string file)
    {
        foreach (bool isReplaced in new[] { false, true })
        {
            string directory = Path.Combine(_directory, $"{isReplaced}");
            await using var hub = new TestHub(directory: Directory.CreateDirectory(directory).FullName);
            await hub.PublishAsync("t", "before");
            string path = Path.Combine(directory, file);
            if (isReplaced)
            {
                // The lock prevents a copy of its file.
                File.WriteAllBytes(path + ".copy", []);
                File.Move(path + ".copy", path, overwrite: true);
            }
            else
            {
                File.Delete(path);
            }

            await CounterScenario.UntilAsync(() => hub.Engine.Health == HubHealth.PublishingStopped);
            PublishResult result = await hub.Engine.PublishAsync([new Publication(new Event { Topic = "t", Data = "after"u8.ToArray() }, null)]);
            Assert.Equal(PublishOutcome.Stopped, result.Outcome);
        }
    }

    /// <summary>The damage of one event does not lead a search by time astray, and so does not remove others or hide them.</summary>
    [Fact]
    public async Task Subscribe_SinceATimeNextToADamagedTime_StartsThere()
    {
        var clock = new ManualClock();
        DateTimeOffset middle = default;
        await using (var hub = new TestHub(directory: _directory, clock: clock))
        {
            for (int i = 0; i < Events; i++)
            {
                await hub.PublishAsync("t", $"{i}");
                clock.Advance(TimeSpan.FromMinutes(1));
                middle = i == 4 ? clock.GetUtcNow() : middle;
            }
        }

        Execute("UPDATE events SET time = 4102444800000 WHERE offset = 3");
        Execute("UPDATE events SET time = 1 WHERE offset = 10");
        await using var again = new TestHub(directory: _directory, clock: clock);
        List<ServerSentEvent> read = await again.Subscribe("t", since: Since.At(middle), endWhenLive: true).AllAsync();
        Assert.Equal(["5", "6", "7", "8", "10", "11"], read.Where(static one => one.Type == "message").Take(6).Select(static one => one.Data));
        Assert.Contains(read, static one => one.Type == "longwave.gap");
    }

    private async Task FillAsync()
    {
        await using var hub = new TestHub(directory: _directory);
        await PublishAsync(hub);
    }

    /// <summary>A copy of the files of a running hub.</summary>
    private async Task<(uint Epoch, string Directory)> CrashAsync(bool hasIndex)
    {
        string name = $"crashed-{Guid.NewGuid():N}";
        string source = Directory.CreateDirectory(Path.Combine(_directory, $"{name}-source")).FullName;
        await using var hub = new TestHub(directory: source);
        await PublishAsync(hub);
        Copy(name, source);
        string crashed = Path.Combine(_directory, name);
        if (!hasIndex)
        {
            File.Delete(Path.Combine(crashed, "longwave.db-shm"));
        }

        return (hub.Engine.Tip.Epoch, crashed);
    }

    private static async Task PublishAsync(TestHub hub)
    {
        for (int i = 1; i <= Events; i++)
        {
            await hub.PublishAsync(i == Events ? "u" : "t", $"{i}", type: "message");
        }
    }

    private void Copy(string name, string? source = null)
    {
        string copy = Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
        foreach (string file in Directory.EnumerateFiles(source ?? _directory, "longwave.db*"))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }
    }

    private void Execute(string sql, string? path = null)
    {
        using Database database = Database.OpenWriter(path ?? Log);
        database.Execute(sql);
    }

    private static void FlipBit(string path, Func<long, long> place)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = place(file.Length);
        int value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 4));
    }

    private async Task AssertGapAsync(string selector, string? directory = null, int ranges = 1)
    {
        await using var hub = new TestHub(directory: directory ?? _directory);
        List<ServerSentEvent> read = await hub.Subscribe(selector, since: Since.Earliest, endWhenLive: true).AllAsync();
        ServerSentEvent gap = read.First(static one => one.Type == "longwave.gap");
        string epoch = $"{hub.Engine.Tip.Epoch:x8}";
        Assert.Equal($$"""{"from":"{{epoch}}-9","to":"{{epoch}}-10","reason":"damaged"}""", gap.Data);
        int last = selector == "*" ? Events : Events - 1;
        Assert.Equal(
            Enumerable.Range(1, last).Except([10]).Select(static n => $"{n}"),
            read.Where(static one => one.Type == "message").Select(static one => one.Data));
        Assert.Equal(ranges, hub.Engine.Metrics.Read(HubCounter.DamagedRanges));
    }
}
