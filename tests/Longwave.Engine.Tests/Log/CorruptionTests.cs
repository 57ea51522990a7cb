using System.Globalization;
using System.Text;
using Longwave.Engine.Configuration;
using Longwave.Engine.Storage;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests.Log;

/// <summary>
/// Seeded corruptions of the files of a log. After each one, every acknowledged event is delivered unchanged, or the hub reports the loss: it refuses
/// to start, begins a new epoch, sends a gap with the reason <c>damaged</c>, or ends the stream with an error.
/// </summary>
/// <remarks>LONGWAVE_CORRUPTIONS sets the number of seeds; the outcomes of the last run of 1,000 are in corruptions.txt.</remarks>
public sealed class CorruptionTests : IAsyncLifetime
{
    private const int Topics = 7;
    private const int PageBytes = 4_096;
    private const int SectorBytes = 512;
    private const int UsualSeeds = 60;

    private readonly string _directory = Directory.CreateTempSubdirectory("longwave-").FullName;

    // The text of each acknowledged event, by offset.
    private readonly Dictionary<long, string> _acknowledged = [];
    private uint _epoch;

    private enum Kind
    {
        FlippedBit,
        TornWrite,
        TruncatedFile,
        SwappedPages,
        MissingFile,
    }

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "closed"));
        await using (var hub = new TestHub(directory: Path.Combine(_directory, "closed")))
        {
            await PublishAsync(hub, 600);
        }

        // A hub that was killed: the first part is in the database, the second only in the write-ahead log.
        await using var running = new TestHub(directory: Path.Combine(_directory, "closed"));
        await PublishAsync(running, 200);
        _epoch = running.Engine.Tip.Epoch;
        Copy("closed", "killed");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Open_SeededCorruption_IsReportedOrHarmless()
    {
        int seeds = int.Parse(Environment.GetEnvironmentVariable("LONGWAVE_CORRUPTIONS") ?? $"{UsualSeeds}", CultureInfo.InvariantCulture);
        var table = new SortedDictionary<(Kind, string), int>();
        var silent = new List<string>();
        for (int seed = 0; seed < seeds; seed++)
        {
            (Kind kind, string outcome) = await CorruptAsync(seed);
            table[(kind, outcome)] = table.GetValueOrDefault((kind, outcome)) + 1;
            if (outcome.StartsWith("SILENT", StringComparison.Ordinal))
            {
                silent.Add($"seed {seed}, {kind}: {outcome}");
            }
        }

        var text = new StringBuilder();
        foreach (((Kind kind, string outcome), int count) in table)
        {
            text.Append(CultureInfo.InvariantCulture, $"{kind,-14} {outcome,-28} {count,5}\n");
        }

        TestContext.Current.TestOutputHelper?.WriteLine(text.ToString());
        if (Environment.GetEnvironmentVariable("LONGWAVE_CORRUPTIONS_TABLE") is { } path)
        {
            await File.WriteAllTextAsync(path, text.ToString());
        }

        Assert.Empty(silent);
    }

    private async Task<(Kind Kind, string Outcome)> CorruptAsync(int seed)
    {
        var random = new Random(seed);
        string name = $"seed-{seed}";
        string directory = Copy("killed", name);
        var kind = (Kind)(seed % 5);
        Corrupt(kind, directory, random);
        string outcome;
        try
        {
            // A large log is opened without a check of its structure.
            outcome = await OpenAsync(directory, new EngineOptions { StructureCheckBytes = seed / 5 % 2 == 0 ? 0 : long.MaxValue });
        }
        catch (LogUnavailableException)
        {
            outcome = "refused to start";
        }
        catch (OperationCanceledException)
        {
            outcome = "SILENT: a stream does not end";
        }

        Directory.Delete(directory, recursive: true);
        return (kind, outcome);
    }

    private async Task<string> OpenAsync(string directory, EngineOptions options)
    {
        await using var hub = new TestHub(options, directory: directory);
        if (hub.Engine.Tip.Epoch != _epoch)
        {
            return "new epoch";
        }

        string outcome = "harmless";
        string[] selectors = ["*", .. Enumerable.Range(0, Topics).Select(static n => $"topic/{n}")];
        foreach (string selector in selectors)
        {
            MemorySink sink = hub.Subscribe(selector, since: Since.Earliest, endWhenLive: true);
            List<ServerSentEvent> read = await sink.AllAsync();
            bool hasFailed = await sink.Ended.Task == CloseReason.Error;
            if (FindSilent(selector, read, hasFailed) is { } silent)
            {
                return $"SILENT: {silent}";
            }

            outcome = hasFailed ? "stream ended with an error" : read.Exists(IsGap) && outcome == "harmless" ? "gap" : outcome;
        }

        // No offset of an acknowledged event is used again.
        Position next = await hub.PublishAsync("topic/0", "next");
        return next.Offset > _acknowledged.Count ? outcome : $"SILENT: offset {next.Offset} is used again";
    }

    /// <summary>The first event of a subscription that is missing or changed and not in a gap; null if there is none.</summary>
    private string? FindSilent(string selector, List<ServerSentEvent> read, bool hasFailed)
    {
        var lost = new List<(long After, long Through)>();
        var seen = new HashSet<long>();
        foreach (ServerSentEvent one in read)
        {
            if (IsGap(one))
            {
                string[] words = one.Data.Split('"');
                lost.Add((OffsetOf(words[3]), OffsetOf(words[7])));
            }
            else if (!one.Type.StartsWith("longwave.", StringComparison.Ordinal))
            {
                long offset = OffsetOf(one.LastEventId);
                if (!seen.Add(offset) || _acknowledged.GetValueOrDefault(offset) != one.Data)
                {
                    return $"{selector} delivered a changed event";
                }
            }
        }

        // A stream that ends with an error has delivered a prefix, and the client asks for the rest again.
        long end = hasFailed ? seen.DefaultIfEmpty(0).Max() : _acknowledged.Count;
        foreach ((long offset, string data) in _acknowledged)
        {
            bool isWanted = selector == "*" || data.StartsWith($"{selector} ", StringComparison.Ordinal);
            if (isWanted && offset <= end && !seen.Contains(offset) && !lost.Exists(gap => gap.After < offset && offset <= gap.Through))
            {
                return $"{selector} lacks an event";
            }
        }

        return null;
    }

    private static void Corrupt(Kind kind, string directory, Random random)
    {
        string[] files = [Path.Combine(directory, "longwave.db"), Path.Combine(directory, "longwave.db-wal")];
        string file = files[random.Next(files.Length)];
        if (kind == Kind.MissingFile)
        {
            File.Delete(file);
            return;
        }

        byte[] bytes = File.ReadAllBytes(file);
        int at = random.Next(bytes.Length);
        switch (kind)
        {
            case Kind.FlippedBit:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case Kind.TornWrite:
                // Some sectors of a page were not written.
                int sector = at / SectorBytes * SectorBytes;
                bytes.AsSpan(sector, Math.Min(SectorBytes, bytes.Length - sector)).Clear();
                break;
            case Kind.TruncatedFile:
                bytes = bytes[..at];
                break;
            default:
                int pages = bytes.Length / PageBytes;
                (int one, int other) = (random.Next(pages) * PageBytes, random.Next(pages) * PageBytes);
                byte[] kept = bytes[one..(one + PageBytes)];
                bytes.AsSpan(other, PageBytes).CopyTo(bytes.AsSpan(one));
                kept.CopyTo(bytes.AsSpan(other));
                break;
        }

        File.WriteAllBytes(file, bytes);
    }

    private async Task PublishAsync(TestHub hub, int count)
    {
        for (int i = 0; i < count / 10; i++)
        {
            int topic = i % Topics;
            foreach (Position position in await hub.PublishManyAsync($"topic/{topic}", 10, n => $"topic/{topic} {i}.{n} {new string('x', 10 * i)}"))
            {
                _acknowledged[position.Offset] = $"topic/{topic} {i}.{(position.Offset - 1) % 10} {new string('x', 10 * i)}";
            }
        }
    }

    private string Copy(string source, string name)
    {
        string copy = Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(_directory, source), "longwave.db*"))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    private static bool IsGap(ServerSentEvent one) => one.Type == "longwave.gap";

    private static long OffsetOf(string position) => long.Parse(position.AsSpan(position.IndexOf('-', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
}
