using System.Net.Sockets;
using Longwave.Tests.Commands;

namespace Longwave.Tests.Serve;

/// <summary>A hub on a unix socket: curl, the commands of <c>longwave</c>, limits, and the file of the socket.</summary>
public sealed class UnixSocketTests : IDisposable
{
    private const string Events = "http://localhost/v1/events?topic=a";

    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("longwave-socket-");

    private string Data => Path.Combine(_home.FullName, "data");

    private string SocketPath => Path.Combine(_home.FullName, "hub.sock");

    private string Url => $"http://unix:{SocketPath}";

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task Serve_SocketAlone_ServesCurlAndEveryCommand()
    {
        await using CommandRun hub = await StartAsync();
        Assert.Contains($"Longwave listens on {Url}\n", hub.Output.Text, StringComparison.Ordinal);
        Assert.Contains($"curl --unix-socket '{SocketPath}' -d hello 'http://localhost/v1/events?topic=demo'", hub.Output.Text, StringComparison.Ordinal);
        await using CommandRun tail = CommandRun.Start("tail", "a", "--hub", Url, "--count", "2");
        await tail.Error.WaitForAsync($"Connected to {Url}: new events of a.");
        await using Curl stream = Curl.Start(SocketPath, Events);
        await stream.Output.WaitForAsync("retry: ");

        (await CommandRun.RunAsync("publish", "a", "one", "--hub", Url)).Succeeded();
        Assert.EndsWith("201", await Curl.RunAsync(SocketPath, "-d", "two", "-w", "%{http_code}", Events), StringComparison.Ordinal);
        await stream.Output.WaitForAsync("data: two\n");
        Assert.Equal(["one", "two"], (await tail.EndAsync()).Succeeded().Lines.Select(static line => line.Split("  ")[^1]));

        Assert.Equal("healthy\n", (await CommandRun.RunAsync("health", "--hub", Url)).Succeeded().Output);
        Assert.StartsWith("a\t2\t", (await CommandRun.RunAsync("topics", "--hub", Url)).Succeeded().Output, StringComparison.Ordinal);
        string[] open;
        do
        {
            // The hub notices the end of tail a little later.
            open = (await CommandRun.RunAsync("connections", "--hub", Url)).Succeeded().Lines;
        }
        while (open.Length > 1);
        (await CommandRun.RunAsync("revoke", "--connection", Assert.Single(open).Split('\t')[0], "--hub", Url)).Succeeded();
        await stream.EndAsync();
        (await CommandRun.RunAsync("purge", "a", "--yes", "--hub", Url)).Succeeded();
        (await hub.InterruptAsync()).Succeeded();
    }

    [Fact]
    public async Task Serve_RequestsOverTheSocket_KeepTheRulesOfHostsAndOrigins()
    {
        await using CommandRun hub = await StartAsync();
        string[] status = ["-o", "/dev/null", "-w", "%{http_code} %{http_version}"];
        Assert.Equal("200 1.1", await Curl.RunAsync(SocketPath, [.. status, "http://localhost/readyz"]));
        Assert.Equal("200 2", await Curl.RunAsync(SocketPath, [.. status, "--http2-prior-knowledge", "http://localhost/readyz"]));
        Assert.Equal("421 1.1", await Curl.RunAsync(SocketPath, [.. status, "http://hub.example/readyz"]));
        Assert.Equal("403 1.1", await Curl.RunAsync(SocketPath, [.. status, "-H", "Origin: https://other.example", "http://localhost/readyz"]));
        Assert.Equal("201 1.1", await Curl.RunAsync(SocketPath, [.. status, "-H", "Origin: http://localhost", "-d", "x", Events]));
    }

    [Fact]
    public async Task Serve_LimitLoopback_CountsTheClientsOfTheSocketAsOneAddress()
    {
        await using CommandRun hub = await StartAsync("--config", await ConfigurationAsync("""{"Server":{"Admission":{"LimitLoopback":true,"Address":{"MaxStreams":1}}},"Engine":{"DrainWindow":"00:00:00.100"}}"""));
        await using Curl first = Curl.Start(SocketPath, Events);
        await first.Output.WaitForAsync("retry: ");
        Assert.Contains("too-many-streams", await Curl.RunAsync(SocketPath, Events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_LimitedSockets_CountsTheConnectionsOfTheSocket()
    {
        await using CommandRun hub = await StartAsync("--config", await ConfigurationAsync("""{"Server":{"Admission":{"LimitLoopback":true,"MaxSocketsPerAddress":1}},"Engine":{"DrainWindow":"00:00:00.100"}}"""));
        await using Curl first = Curl.Start(SocketPath, "--http2-prior-knowledge", Events);
        await first.Output.WaitForAsync("retry: ");
        Assert.Contains("curl: (", await Curl.RunAsync(SocketPath, "http://localhost/readyz"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_TrustedLoopbackProxy_CountsTheForwardedAddressesAndTrustsTheScheme()
    {
        await using CommandRun hub = await StartAsync("--config", await ConfigurationAsync(
            """{"Server":{"TrustedProxies":["127.0.0.1"],"Admission":{"Address":{"MaxStreams":1}}},"Engine":{"DrainWindow":"00:00:00.100"}}"""));
        await using Curl first = Curl.Start(SocketPath, "-H", "X-Forwarded-For: 192.0.2.1", Events);
        await using Curl second = Curl.Start(SocketPath, "-H", "X-Forwarded-For: 192.0.2.2", Events);
        await first.Output.WaitForAsync("retry: ");
        await second.Output.WaitForAsync("retry: ");
        Assert.Contains("too-many-streams", await Curl.RunAsync(SocketPath, "-H", "X-Forwarded-For: 192.0.2.1", Events), StringComparison.Ordinal);

        string[] page = ["-d", "x", "-H", "Origin: https://localhost", Events];
        Assert.Contains("foreign-origin", await Curl.RunAsync(SocketPath, page), StringComparison.Ordinal);
        Assert.Contains("\"id\"", await Curl.RunAsync(SocketPath, ["-H", "X-Forwarded-Proto: https", .. page]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_WithoutParking_StreamsAndDrains()
    {
        await using CommandRun hub = await StartAsync("--config", await ConfigurationAsync("""{"Server":{"ParkStreams":false},"Engine":{"DrainWindow":"00:00:00.100"}}"""));
        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(SocketPath));
        await using Curl stream = Curl.Start(SocketPath, Events);
        await stream.Output.WaitForAsync("retry: ");
        (await CommandRun.RunAsync("publish", "a", "one", "--hub", Url)).Succeeded();
        await stream.Output.WaitForAsync("data: one\n");
        (await hub.InterruptAsync()).Succeeded();
        Assert.Contains("event: longwave.reconnect\n", await stream.EndAsync(), StringComparison.Ordinal);
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task Serve_SocketBesideTcp_DrainsAndSurvivesAKill()
    {
        await using var hub = new HubProcess();
        hub.Arguments.AddRange(["--urls", Url]);
        await hub.InitializeAsync();
        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(SocketPath));

        // A killed process leaves its file behind.
        await hub.KillAsync();
        Assert.True(File.Exists(SocketPath));
        CommandResult dead = (await CommandRun.RunAsync("health", "--hub", Url)).Failed(1);
        Assert.Contains($"No hub listens at {Url}.", dead.Error, StringComparison.Ordinal);
        await hub.StartAsync();

        using HttpResponseMessage overTcp = await hub.Http.GetAsync($"{hub.Url}/readyz");
        Assert.True(overTcp.IsSuccessStatusCode);
        await using Curl stream = Curl.Start(SocketPath, Events);
        await stream.Output.WaitForAsync("retry: ");
        await hub.SignalAsync("TERM");
        Assert.Contains("event: longwave.reconnect\n", await stream.EndAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("curl: (", stream.Output.Text, StringComparison.Ordinal);
        Assert.Equal(0, await hub.EndAsync());
        Assert.False(File.Exists(SocketPath));
        CommandResult gone = (await CommandRun.RunAsync("health", "--hub", Url)).Failed(1);
        Assert.Contains($"No hub listens at {Url}.", gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_SlowReaderOfTheSocket_GetsEveryEventInOrder()
    {
        await using CommandRun hub = await StartAsync();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("GET /v1/events?topic=a HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream);
        while (await ReadLineAsync(reader) is { } line && !line.StartsWith("retry: ", StringComparison.Ordinal))
        {
        }

        // More than the buffers of the kernel hold, so that the socket fills up while nothing is read.
        string lines = string.Join('\n', Enumerable.Range(0, 300).Select(static i => $$"""{"topic":"a","data":"{{i}}.{{new string('x', 4_000)}}"}"""));
        (await CommandRun.RunWithAsync(lines, "publish", "--ndjson", "--hub", Url)).Succeeded();
        var seen = new List<string>();
        while (seen.Count < 300)
        {
            string line = await ReadLineAsync(reader);
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                seen.Add(line["data: ".Length..].Split('.')[0]);
            }
        }

        Assert.Equal(Enumerable.Range(0, 300).Select(static i => $"{i}"), seen);
    }

    [Fact]
    public async Task Serve_SocketOfALiveProcess_IsKeptAndNamed()
    {
        await using CommandRun hub = await StartAsync("--socket-mode", "600");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
        CommandResult second = (await CommandRun.RunAsync("serve", "--urls", Url, "--data", Path.Combine(_home.FullName, "other"))).Failed(1);
        Assert.Contains(Url, second.Error, StringComparison.Ordinal);
        Assert.Contains("in use", second.Error, StringComparison.Ordinal);
        Assert.Equal("healthy\n", (await CommandRun.RunAsync("health", "--hub", Url)).Succeeded().Output);
    }

    [Fact]
    public async Task Serve_OtherFileAtThePath_IsKeptAndNamed()
    {
        await File.WriteAllTextAsync(SocketPath, "precious");
        CommandResult result = (await CommandRun.RunAsync("serve", "--urls", Url, "--data", Data)).Failed(1);
        Assert.Contains($"Cannot listen on the unix socket {SocketPath}: the file exists", result.Error, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(SocketPath));
    }

    [Fact]
    public async Task Serve_MissingDirectory_IsNamed()
    {
        CommandResult result = (await CommandRun.RunAsync("serve", "--urls", $"http://unix:{_home.FullName}/none/hub.sock", "--data", Data)).Failed(1);
        Assert.Contains($"the directory {_home.FullName}/none does not exist", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("999")]
    [InlineData("66")]
    [InlineData("rw-rw----")]
    public async Task Serve_InvalidSocketMode_IsRejected(string mode)
    {
        CommandResult result = (await CommandRun.RunAsync("serve", "--urls", Url, "--data", Data, "--socket-mode", mode)).Failed(2);
        Assert.Contains($"`{mode}` is not a file mode", result.Error, StringComparison.Ordinal);
    }

    private static async Task<string> ReadLineAsync(StreamReader reader) => await reader.ReadLineAsync().WaitAsync(HubProcess.Patience) ?? throw new EndOfStreamException();

    private async Task<CommandRun> StartAsync(params string[] options)
    {
        CommandRun run = CommandRun.Start(["serve", "--urls", Url, "--data", Data, .. options]);
        await run.Output.WaitForAsync(static text => text.Contains("Ctrl+C", StringComparison.Ordinal), "the hub to start");
        return run;
    }

    private async Task<string> ConfigurationAsync(string json)
    {
        string file = Path.Combine(_home.FullName, "hub.json");
        await File.WriteAllTextAsync(file, json);
        return file;
    }
}
