using System.Net;
using System.Net.Sockets;
using Longwave.BadDays.Tests.Following;
using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Machines;
using Longwave.BadDays.Tests.Storage;

namespace Longwave.BadDays.Tests;

/// <summary>A hub that cannot start reports the reason in one line and exits with code 1.</summary>
[Trait("Sink", "None")]
public sealed class StartTests
{
    /// <summary>Wrapper that drops the privilege of root to ignore file permissions; null if the user is not root.</summary>
    private static readonly WrapperProgram? WithoutPrivilege = Environment.IsPrivilegedProcess
        ? new WrapperProgram("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")
        : null;

    [Fact]
    public async Task Serve_DirectoryOfAnotherHub_FailsToStart()
    {
        using var directory = new TempDirectory();
        var settings = new HubSettings { DataDirectory = directory["data"] };
        await using HubProcess first = await HubProcess.StartAsync(settings);
        using var client = new HubClient(settings.Address);
        Assert.True((await client.PublishAsync("t", "before")).IsAccepted);

        await AssertRefusedAsync(new HubSettings { DataDirectory = settings.DataDirectory }, "in use by another hub");
        Assert.True((await client.PublishAsync("t", "after")).IsAccepted);
        await first.KillAsync();

        // A killed hub leaves no lock.
        await using HubProcess second = await HubProcess.StartAsync(settings);
        await second.StopAsync();
    }

    [Fact]
    public async Task Serve_PortInUse_FailsToStart()
    {
        using var directory = new TempDirectory();
        var settings = new HubSettings { DataDirectory = directory["data"] };
        using var other = new Socket(SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, settings.Port));
        other.Listen();
        await AssertRefusedAsync(settings, "--urls");
    }

    [Fact]
    public async Task Serve_DirectoryNotWritable_FailsToStart()
    {
        using var directory = new TempDirectory();
        string data = directory["data"];
        Directory.CreateDirectory(data, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await AssertRefusedAsync(new HubSettings { DataDirectory = data, Wrapper = WithoutPrivilege }, "not writable");
        await AssertRefusedAsync(new HubSettings { DataDirectory = Path.Combine(data, "below"), Wrapper = WithoutPrivilege }, "Cannot create");
    }

    [Fact]
    public async Task Serve_LogNotWritable_FailsToStart()
    {
        using var directory = new TempDirectory();
        HubSettings settings = await WithEventsAsync(directory, 3) with { Wrapper = WithoutPrivilege };
        string log = Path.Combine(settings.DataDirectory, "longwave.db");
        File.SetUnixFileMode(log, UnixFileMode.UserRead);
        await AssertRefusedAsync(settings, "Cannot open");
        File.SetUnixFileMode(log, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using HubProcess hub = await HubProcess.StartAsync(settings);
    }

    [Fact]
    public async Task Serve_FileOrDirectoryInTheWay_FailsToStart()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory["file"], "not a directory");
        await AssertRefusedAsync(new HubSettings { DataDirectory = directory["file"] }, "Cannot create");
        Directory.CreateDirectory(directory["data/longwave.db"]);
        await AssertRefusedAsync(new HubSettings { DataDirectory = directory["data"] }, "Cannot open");
    }

    [Fact]
    public async Task Serve_ForeignDatabase_FailsToStartAndIsUnchanged()
    {
        using var directory = new TempDirectory();
        Directory.CreateDirectory(directory["data"]);
        SqliteFile.Execute(directory["data/longwave.db"], "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('bread')");
        byte[] before = await File.ReadAllBytesAsync(directory["data/longwave.db"]);
        await AssertRefusedAsync(new HubSettings { DataDirectory = directory["data"] }, "not a Longwave log");
        Assert.Equal(before, await File.ReadAllBytesAsync(directory["data/longwave.db"]));
    }

    [Fact]
    public async Task Serve_NewerFormat_FailsToStart()
    {
        using var directory = new TempDirectory();
        HubSettings settings = await WithEventsAsync(directory, 3);
        SqliteFile.Execute(Path.Combine(settings.DataDirectory, "longwave.db"), "PRAGMA user_version = 1000");
        await AssertRefusedAsync(settings, "format 1000");
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(0, 4_096)]
    [InlineData(100, 3_000)]
    public async Task Serve_DamagedHead_FailsToStart(int from, int bytes)
    {
        using var directory = new TempDirectory();
        HubSettings settings = await WithEventsAsync(directory, 200);
        Overwrite(settings, from, bytes);
        await AssertRefusedAsync(settings, "Cannot open");
    }

    [Fact]
    public async Task Serve_TruncatedLog_FailsToStart()
    {
        using var directory = new TempDirectory();
        HubSettings settings = await WithEventsAsync(directory, 200);
        using (FileStream log = File.OpenWrite(Path.Combine(settings.DataDirectory, "longwave.db")))
        {
            log.SetLength(log.Length / 2);
        }

        await AssertRefusedAsync(settings, "Cannot open");
    }

    /// <summary>Some damage is not visible at the start. The hub must then continue: streams that reach the damage end, the others go on.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Serve_AnyPageDamaged_FailsToStartOrServesTheRest()
    {
        using var directory = new TempDirectory();
        HubSettings sound = await WithEventsAsync(directory, 400);
        string log = Path.Combine(sound.DataDirectory, "longwave.db");
        byte[] bytes = await File.ReadAllBytesAsync(log);
        int refused = 0;
        int pages = bytes.Length / 4_096;
        for (int page = 1; page < pages; page += Math.Max(1, pages / 24))
        {
            await File.WriteAllBytesAsync(log, bytes);
            Overwrite(sound, page * 4_096, 4_096);
            await using HubProcess hub = HubProcess.Launch(sound);
            await Task.WhenAny(hub.UntilListeningAsync(), hub.ExitAsync());
            if (hub.HasExited)
            {
                await AssertOneLineAsync(hub);
                refused++;
                continue;
            }

            await hub.UntilListeningAsync();
            await AssertLivesAsync(sound, hub);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{pages} pages, {refused} damages refused at the start");
    }

    private static async Task AssertLivesAsync(HubSettings settings, HubProcess hub)
    {
        using var client = new HubClient(settings.Address);
        using HttpResponseMessage stream = await client.OpenAsync("topic=*&since=earliest", "text/event-stream", null);
        await using Stream body = await stream.Content.ReadAsStreamAsync();
        var reading = new EventStreamReading();
        var events = new List<Received>();
        try
        {
            var buffer = new byte[64 * 1024];
            for (int read; events.Count < 400 && (read = await body.ReadAsync(buffer).AsTask().WaitAsync(Patience.Bound)) > 0;)
            {
                reading.Read(buffer.AsSpan(0, read), events.Add);
            }
        }
        catch (IOException)
        {
            // Truncated at the damage.
        }

        Assert.Equal(events.Select(static e => e.Offset).Order().Distinct(), events.Select(static e => e.Offset));
        PublishReply reply = await client.PublishAsync("t", "after the damage");
        Assert.True(reply.IsAccepted || reply.Problem == "publishing-stopped", $"{reply}");
        await hub.AssertRunningAsync();
        await hub.TerminateAsync();
        Assert.Equal(0, await hub.ExitAsync());
    }

    private static async Task<HubSettings> WithEventsAsync(TempDirectory directory, int count)
    {
        HubSettings settings = new HubSettings { DataDirectory = directory["data"] }.With(("Engine:DrainWindow", "00:00:00"));
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        using var client = new HubClient(settings.Address);
        for (int i = 0; i < count; i++)
        {
            Assert.True((await client.PublishAsync($"t/{i % 20}", $"{i} {new string('x', 1_000)}")).IsAccepted);
        }

        await hub.StopAsync();
        return settings;
    }

    private static void Overwrite(HubSettings settings, int from, int bytes)
    {
        using FileStream log = File.OpenWrite(Path.Combine(settings.DataDirectory, "longwave.db"));
        var garbage = new byte[bytes];
        new Random(from).NextBytes(garbage);
        log.Position = from;
        log.Write(garbage);
    }

    private static async Task AssertRefusedAsync(HubSettings settings, string reason)
    {
        await using HubProcess hub = HubProcess.Launch(settings);
        Assert.Equal(1, await hub.ExitAsync());
        string line = await AssertOneLineAsync(hub);
        Assert.Contains(reason, line, StringComparison.Ordinal);
    }

    private static async Task<string> AssertOneLineAsync(HubProcess hub)
    {
        Assert.Equal(1, await hub.ExitAsync());
        string line = Assert.Single(hub.Errors, static line => !line.Contains(" info: ", StringComparison.Ordinal));
        Assert.StartsWith("longwave: ", line, StringComparison.Ordinal);
        return line;
    }
}
