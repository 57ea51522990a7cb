using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Storage;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests.Log;

/// <summary>The log returns free pages after a burst, in bounded slices, and keeps those that it uses again.</summary>
public sealed class FreePagesTests : IDisposable
{
    private const int PageBytes = Database.PageBytes;

    /// <summary>Pages of a burst: 24 MiB.</summary>
    private const int BurstPages = 6_144;

    private readonly string _directory = Directory.CreateTempSubdirectory("longwave-").FullName;
    private readonly ManualClock _clock = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Publish_BurstRemovedByRetention_TheFileShrinksToAQuarterMeanwhile()
    {
        await using TestHub hub = CounterScenario.Open(new TopicPolicy { Selector = "t", MaxAge = TimeSpan.FromHours(1) });
        string file = Path.Combine(hub.Directory, EventLog.FileName);
        long largest = await BurstAsync(hub, 160) * PageBytes;
        long published = await ReturnAsync(hub);
        await hub.RestartAsync();

        Assert.True(largest > 32_000_000, $"{largest} bytes");
        Assert.InRange(new FileInfo(file).Length, 1, largest / 4);
        List<string> left = [.. (await hub.Subscribe("live", since: Since.Earliest, endWhenLive: true).AllAsync()).Select(static e => e.Data)];
        Assert.Equal(Enumerable.Range(0, (int)published).Select(static i => $"{i}"), left);
        Assert.Empty(DataDirectory.Check(hub.Directory, static (_, _) => { }, TestContext.Current.CancellationToken).Problems);
    }

    [Fact]
    public void RunSlice_PagesFreeForAWholeWindow_ReturnsThemInBoundedSlices()
    {
        using EventLog log = Open();
        var pages = new FreePages(log, _clock);
        Use(log);
        Free(log);
        CountWindow(pages);
        Assert.True(pages.IsRunning);
        (long free, long all) = log.Writer.Pages;
        long slices = 0;
        for (long before = all; pages.IsRunning; slices++)
        {
            pages.RunSlice();
            long after = log.Writer.Pages.All;

            // A page of the map of pages, one per 4 MiB, can go with a slice.
            Assert.InRange(before - after, 0, FreePages.SlicePages + 1);
            before = after;
        }

        long returned = free - FreePages.KeptPages;
        Assert.Equal((returned + FreePages.SlicePages - 1) / FreePages.SlicePages, slices);
        Assert.Equal((all - log.Writer.Pages.All) * PageBytes, log.Counters.Read(HubCounter.ReturnedBytes));
        Assert.InRange(log.Writer.Pages.Free, 0, FreePages.KeptPages);

        // The last slice has also shortened the file.
        Assert.Equal(log.Writer.Pages.All * PageBytes, new FileInfo(Path.Combine(_directory, EventLog.FileName)).Length);
        Assert.Null(log.Database.FindDamage());
    }

    [Fact]
    public void Count_PagesUsedOnceInEachWindow_ReturnsNone()
    {
        using EventLog log = Open();
        var pages = new FreePages(log, _clock);
        Use(log);
        Free(log);
        long size = log.Writer.Pages.All;
        for (int window = 0; window < 3; window++)
        {
            for (int pass = 0; pass < FreePages.WindowPasses; pass++)
            {
                bool isUsed = pass == 7 * (window + 1);
                if (isUsed)
                {
                    Use(log);
                }

                pages.Count();
                if (isUsed)
                {
                    Free(log);
                }

                Assert.False(pages.IsRunning);
            }
        }

        Assert.Equal(size, log.Writer.Pages.All);
    }

    /// <summary>Few free pages, and a small part of a large log, are not worth the work.</summary>
    [Theory]
    [InlineData(FreePages.LeastPages + FreePages.KeptPages - 64, 0)]
    [InlineData(FreePages.LeastPages + FreePages.KeptPages + 64, 3 * (FreePages.LeastPages + FreePages.KeptPages + 64))]
    public void Count_FewFreePages_ReturnsNone(int free, int used)
    {
        using EventLog log = Open();
        var pages = new FreePages(log, _clock);
        Use(log, free);
        Use(log, used, "stays");
        Free(log);
        CountWindow(pages);
        Assert.False(pages.IsRunning);
    }

    [Fact]
    public void RunSlice_PagesUsedMeanwhile_KeepsTheRest()
    {
        using EventLog log = Open();
        var pages = new FreePages(log, _clock);
        Use(log);
        Free(log);
        CountWindow(pages);
        pages.RunSlice();
        Use(log, (int)log.Writer.Pages.Free - 100);
        long size = log.Writer.Pages.All;
        pages.RunSlice();
        Assert.Equal((false, size), (pages.IsRunning, log.Writer.Pages.All));
    }

    /// <summary>While the reserve is small, free pages take its place (see StorageGuard). Without them the hub would report a full disk.</summary>
    [Fact]
    public void RunSlice_ReserveIsNotFull_KeepsItsSizeInFreePages()
    {
        const int ReservePages = 2_048;
        using EventLog log = Open(ReservePages * PageBytes);
        var pages = new FreePages(log, _clock);
        Use(log);
        Free(log);
        CountWindow(pages);
        while (pages.IsRunning)
        {
            pages.RunSlice();
        }

        Assert.True(log.Counters.Read(HubCounter.ReturnedBytes) > 0);
        Assert.InRange(log.Writer.Pages.Free, ReservePages, ReservePages + FreePages.KeptPages);
    }

    /// <summary>A crash can leave any part of the write-ahead log. Without the shared-memory file, its end is an interrupted write.</summary>
    [Fact]
    public async Task RunSlice_CrashAtAnyPoint_TheLogIsSoundAndComplete()
    {
        uint epoch;
        await using (var hub = new TestHub(directory: _directory))
        {
            await hub.PublishManyAsync("t", 50, static i => $"{i} {new string('x', 10_000)}");
            epoch = hub.Engine.Tip.Epoch;
        }

        string path = Path.Combine(_directory, EventLog.FileName);
        string crashed = Path.Combine(_directory, "crashed");
        using EventLog log = Open();
        var pages = new FreePages(log, _clock);
        Use(log);
        Free(log);
        CountWindow(pages);
        log.Writer.Checkpoint(truncates: true);
        log.Database.Execute("PRAGMA wal_autocheckpoint = 0");
        for (int slice = 0; slice < 5; slice++)
        {
            pages.RunSlice();
        }

        int length = (int)new FileInfo(path + "-wal").Length;
        Assert.True(length > 5 * PageBytes, $"{length} bytes");
        var random = new Random(37);
        for (int crash = 0; crash < 6; crash++)
        {
            Directory.CreateDirectory(crashed);
            File.Copy(path, Path.Combine(crashed, EventLog.FileName));
            byte[] wal = Read(path + "-wal");
            await File.WriteAllBytesAsync(Path.Combine(crashed, EventLog.FileName + "-wal"), wal[..random.Next(length)], TestContext.Current.CancellationToken);
            Assert.Empty(DataDirectory.Check(crashed, static (_, _) => { }, TestContext.Current.CancellationToken).Problems);
            await using (var hub = new TestHub(directory: crashed))
            {
                Assert.Equal(epoch, hub.Engine.Tip.Epoch);
                List<string> left = [.. (await hub.Subscribe("t", since: Since.Earliest, endWhenLive: true).AllAsync()).Select(static e => e.Data.Split(' ')[0])];
                Assert.Equal(Enumerable.Range(0, 50).Select(static i => $"{i}"), left);
            }

            Directory.Delete(crashed, recursive: true);
        }
    }

    /// <summary>A log from before this work returns nothing; compacted or copied, it does, with the same epoch and events.</summary>
    [Fact]
    public async Task Compact_LogThatCannotReturnPages_ShrinksAndReturnsPagesFromThenOn()
    {
        string backup = Path.Combine(_directory, "log.backup");
        Position last;
        await using (var hub = new TestHub(directory: _directory))
        {
            last = (await hub.PublishManyAsync("t", 20))[^1];
        }

        using (Database database = Database.OpenWriter(Path.Combine(_directory, EventLog.FileName)))
        {
            database.Execute("PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM; PRAGMA journal_mode = WAL");
        }

        using (EventLog log = Open())
        {
            var pages = new FreePages(log, _clock);
            Use(log);
            Free(log);
            CountWindow(pages);
            Assert.False(pages.IsRunning);
            Assert.Throws<LogUnavailableException>(() => DataDirectory.Compact(_directory));
        }

        DataDirectory.Backup(_directory, backup);
        using (Database copy = Database.OpenReader(backup))
        {
            Assert.True(LogSchema.CanReturnPages(copy));
        }

        (long before, long after) = DataDirectory.Compact(_directory);
        Assert.True(before > BurstPages * PageBytes && after < before / 100, $"{before} bytes before, {after} after");
        await using (var hub = new TestHub(directory: _directory))
        {
            Assert.Equal(last, hub.Engine.Tip);
            Assert.Equal(20, (await hub.Subscribe("t", since: Since.Earliest, endWhenLive: true).AllAsync()).Count);
        }

        using (Database compacted = Database.OpenReader(Path.Combine(_directory, EventLog.FileName)))
        {
            Assert.True(LogSchema.CanReturnPages(compacted));
        }

        Assert.Empty(DataDirectory.Check(_directory, static (_, _) => { }, TestContext.Current.CancellationToken).Problems);
    }

    /// <summary>Publishes events of 200 KB to topic "t", lets them expire, and waits until retention has removed them. Returns the number of pages.</summary>
    internal static async Task<long> BurstAsync(TestHub hub, int events)
    {
        var clock = (ManualClock)hub.Clock;
        string data = new('x', 200_000);
        for (int i = 0; i < events; i++)
        {
            await hub.PublishAsync("t", data);
        }

        clock.Advance(TimeSpan.FromHours(2));
        for (int i = 0; hub.Engine.Metrics.Read(HubCounter.RemovedEvents) < events; i++)
        {
            // A publish wakes the writer thread. One pass removes everything.
            Assert.InRange(i, 0, 10_000);
            await hub.PublishAsync("memory", "x");
        }

        return PagesOf(hub).All;
    }

    /// <summary>Runs passes of retention beside publishes to topic "live" until the free pages are returned. Returns the number of publishes.</summary>
    internal static async Task<long> ReturnAsync(TestHub hub)
    {
        int published = 0;
        while (hub.Engine.Metrics.Read(HubCounter.ReturnedBytes) == 0 || PagesOf(hub).Free > FreePages.KeptPages + FreePages.SlicePages)
        {
            Assert.InRange(published, 0, 10_000);
            ((ManualClock)hub.Clock).Advance(hub.Options.RetentionInterval);
            await hub.PublishAsync("live", $"{published++}");
        }

        return published;
    }

    /// <summary>Number of the free pages of a hub's log, and of all.</summary>
    internal static (long Free, long All) PagesOf(TestHub hub)
    {
        using Database database = Database.OpenReader(Path.Combine(hub.Directory, EventLog.FileName));
        return (database.Scalar("PRAGMA freelist_count"), database.Scalar("PRAGMA page_count"));
    }

    private static void CountWindow(FreePages pages)
    {
        for (int pass = 0; pass < FreePages.WindowPasses; pass++)
        {
            Assert.False(pages.IsRunning);
            pages.Count();
        }
    }

    /// <summary>Fills pages behind the events, in the way of a burst.</summary>
    private static void Use(EventLog log, int pages = BurstPages, string table = "burst") =>
        log.Database.Execute($"CREATE TABLE IF NOT EXISTS {table} (data BLOB); INSERT INTO {table} VALUES (zeroblob({pages * (PageBytes - 4)}))");

    private static void Free(EventLog log) => log.Database.Execute("DROP TABLE burst");

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private EventLog Open(long reserveBytes = 0)
    {
        EventLog log = EventLog.Open(new EngineOptions { DataDirectory = _directory, DiskReserveBytes = reserveBytes });
        log.Database.Execute("PRAGMA synchronous = OFF");
        return log;
    }
}
