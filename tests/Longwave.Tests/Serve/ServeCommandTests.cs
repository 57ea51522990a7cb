using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Longwave.Tests.Commands;

namespace Longwave.Tests.Serve;

/// <summary>Tests of <c>longwave serve</c> inside the test process, on a free port.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private const string AnyPort = "http://127.0.0.1:0";

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("longwave-serve-");

    private string Data => Path.Combine(_home.FullName, "data");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task Serve_Started_PrintsAddressDataAndFirstCommands()
    {
        await using CommandRun run = CommandRun.Start("serve", "--urls", AnyPort, "--data", Data);
        string url = await UrlAsync(run);
        Assert.Contains(Data, run.Output.Text, StringComparison.Ordinal);
        Assert.Equal(3, run.Output.Lines.Count(line => line.StartsWith("  curl ", StringComparison.Ordinal)));
        Assert.All(run.Output.Lines.Where(line => line.StartsWith("  curl ", StringComparison.Ordinal)), line => Assert.Contains(url, line, StringComparison.Ordinal));
        Assert.DoesNotContain("#h2c", run.Output.Text, StringComparison.Ordinal);

        using var http = new HttpClient();
        using HttpResponseMessage published = await http.PostAsync($"{url}/v1/events?topic=demo", new StringContent("hello"));
        Assert.Equal(HttpStatusCode.Created, published.StatusCode);
        (await run.InterruptAsync()).Succeeded();
        Assert.True(File.Exists(Path.Combine(Data, "longwave.db")));
    }

    [Fact]
    public async Task Serve_AllowOrigin_AddsToTheConfiguredOrigins()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """{"Server":{"AllowedOrigins":["https://configured.example"]}}""");
        await using CommandRun run = CommandRun.Start(
            "serve", "--urls", AnyPort, "--data", Data, "--config", file, "--allow-origin", "http://localhost:5173", "--allow-origin", "capacitor://localhost");
        string url = await UrlAsync(run);
        using var http = new HttpClient();
        foreach ((string origin, HttpStatusCode status) in ((string, HttpStatusCode)[])
            [
                ("https://configured.example", HttpStatusCode.OK), ("http://localhost:5173", HttpStatusCode.OK), ("capacitor://localhost", HttpStatusCode.OK),
                ("http://localhost:5174", HttpStatusCode.Forbidden),
            ])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{url}/healthz");
            request.Headers.Add("Origin", origin);
            using HttpResponseMessage answer = await http.SendAsync(request);
            Assert.True(answer.StatusCode == status, $"{origin}: {answer.StatusCode}");
        }

        (await run.InterruptAsync()).Succeeded();
        File.Delete(file);
    }

    [Theory]
    [InlineData(1, "--port", "0")]
    [InlineData(2, "--urls", "http://127.0.0.1:0; http://127.0.0.2:0;")]
    public async Task Serve_ShortAddresses_Listens(int addresses, params string[] options)
    {
        await using CommandRun run = CommandRun.Start(["serve", .. options, "--data", Data]);
        Assert.StartsWith("http://127.0.0.1:", await UrlAsync(run), StringComparison.Ordinal);
        Assert.Equal(addresses, run.Output.Lines[0].Split(", ").Length);
        (await run.InterruptAsync()).Succeeded();
    }

    [Fact]
    public async Task Serve_PortAndUrls_AreRejected()
    {
        CommandResult result = (await CommandRun.RunAsync("serve", "--urls", AnyPort, "--port", "0", "--data", Data)).Failed(2);
        Assert.Contains("Use either --urls or --port, not both.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_OpenAddress_FailsToStartWithTheReason()
    {
        CommandResult result = (await CommandRun.RunAsync("serve", "--urls", AnyPort, "http://0.0.0.0:0", "--data", Data)).Failed(2);
        Assert.Contains("Refusing to listen on http://0.0.0.0:0", result.Error, StringComparison.Ordinal);
        Assert.Contains("--insecure", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task Serve_OpenAddressWithInsecure_ListensAndWarns()
    {
        await using CommandRun run = CommandRun.Start("serve", "--urls", "http://0.0.0.0:0", "--data", Data, "--insecure");
        await UrlAsync(run);
        Assert.Contains("WARNING", run.Error.Text, StringComparison.Ordinal);
        (await run.InterruptAsync()).Succeeded();
    }

    [Fact]
    public async Task Serve_PortInUse_PrintsTheReasonInOneLine()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        CommandResult result = (await CommandRun.RunAsync("serve", "--urls", $"http://{other.LocalEndpoint}", "--data", Data)).Failed(1);
        string line = Assert.Single(ErrorLines(result));
        Assert.Contains(other.LocalEndpoint.ToString()!, line, StringComparison.Ordinal);
        Assert.Contains("in use", line, StringComparison.Ordinal);

        // The hub releases the log: it can be opened again at once.
        await using CommandRun again = CommandRun.Start("serve", "--urls", AnyPort, "--data", Data);
        await UrlAsync(again);
    }

    [Fact]
    public async Task Serve_DataInUse_PrintsTheReasonInOneLine()
    {
        await using CommandRun first = CommandRun.Start("serve", "--urls", AnyPort, "--data", Data);
        await UrlAsync(first);
        CommandResult result = (await CommandRun.RunAsync("serve", "--urls", AnyPort, "--data", Data)).Failed(1);
        Assert.Contains(Data, Assert.Single(ErrorLines(result)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_DataNotADirectory_PrintsTheReasonInOneLine()
    {
        await File.WriteAllTextAsync(Data, "a file");
        CommandResult result = (await CommandRun.RunAsync("serve", "--urls", AnyPort, "--data", Data)).Failed(1);
        Assert.Contains(Data, Assert.Single(ErrorLines(result)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Engine":{"Hartbeat":"00:00:01"}}""", "`Engine:Hartbeat`: did you mean `Heartbeat`?")]
    [InlineData("""{"Listn":{"Insecure":true}}""", "`Listn`: did you mean `Listen`?")]
    [InlineData("""{"Listen":{"Url":"x"}}""", "`Listen:Url`: did you mean `Urls`?")]
    [InlineData("""{"Engine":{"Shards":"many"}}""", "`Engine:Shards`: 'many' is not a whole number")]
    [InlineData("""{"Engine":{"Heartbeat":"10s"}}""", "`Engine:Heartbeat`: '10s' is not a duration; write [days.]hours:minutes:seconds, for example 00:00:10")]
    [InlineData("{\n  \"Engine\": oops\n}", "line 2, column 13: ")]
    [InlineData("""{"Engine":{"Shards":-1}}""", "Engine:Shards")]
    [InlineData("""{"Engine":{"Limits":{"MaxTopics":0}}}""", "Engine:Limits:MaxTopics")]
    [InlineData("""{"Engine":{"RetryMin":"00:01:00"}}""", "Engine:RetryMin")]
    [InlineData("""{"Engine":{"Policies":[{"Selector":"{"}]}}""", "Engine:Policies:0:Selector")]
    [InlineData("""{"Listen":{"Insecure":"perhaps"}}""", "`Listen:Insecure`: 'perhaps' is not true or false")]
    [InlineData("""{"Engine":""", "hub.json")]
    [InlineData("""[]""", "hub.json")]
    public async Task Serve_WrongConfiguration_FailsToStartAndIsNamed(string json, string word)
    {
        string file = Path.Combine(_home.FullName, "hub.json");
        await File.WriteAllTextAsync(file, json);
        CommandResult result = (await CommandRun.RunAsync("serve", "--urls", AnyPort, "--data", Data, "--config", file)).Failed(2);
        Assert.Contains(word, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task Serve_MissingConfigurationFile_FailsToStart()
    {
        CommandResult result = (await CommandRun.RunAsync("serve", "--urls", AnyPort, "--data", Data, "--config", Path.Combine(_home.FullName, "none.json"))).Failed(2);
        Assert.Contains("none.json", Assert.Single(ErrorLines(result)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_ConfigurationFile_IsReadAndTheCommandLineWins()
    {
        string file = Path.Combine(_home.FullName, "hub.json");
        string unused = Path.Combine(_home.FullName, "unused");
        await File.WriteAllTextAsync(
            file,
            $$"""
            {
              // Comments are allowed in the configuration file.
              "Engine": { "DataDirectory": "{{unused}}", "Limits": { "MaxEventBytes": 3 } },
              "Listen": { "Urls": ["http://192.0.2.1:1", "http://192.0.2.1:2"] },
            }
            """);
        await using CommandRun run = CommandRun.Start("serve", "--urls", AnyPort, "--data", Data, "--config", file);
        string url = await UrlAsync(run);
        using var http = new HttpClient();
        using HttpResponseMessage large = await http.PostAsync($"{url}/v1/events?topic=a", new StringContent("1234"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.False(Directory.Exists(unused));
        (await run.InterruptAsync()).Succeeded();
    }

    [Fact]
    public async Task Serve_Https_SupportsBothProtocols()
    {
        (string certificate, string key) = await WriteCertificateAsync();
        await using CommandRun run = CommandRun.Start("serve", "--urls", "https://127.0.0.1:0", "--data", Data, "--cert", certificate, "--key", key);
        string url = await UrlAsync(run);
        Assert.StartsWith("https://", url, StringComparison.Ordinal);
        using X509Certificate2 expected = X509CertificateLoader.LoadCertificateFromFile(certificate);
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, presented, _, _) => expected.Equals(presented) } };
        using var http = new HttpClient(handler);
        foreach (Version version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
        {
            var request = new HttpRequestMessage(HttpMethod.Get, url + "/healthz") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using HttpResponseMessage response = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        (await run.InterruptAsync()).Succeeded();
    }

    [Theory]
    [InlineData()]
    [InlineData("--cert", "none.pem", "--key", "none.key")]
    public async Task Serve_HttpsWithoutUsableCertificate_FailsToStart(params string[] options)
    {
        CommandResult result = (await CommandRun.RunAsync(["serve", "--urls", "https://127.0.0.1:0", "--data", Data, .. options])).Failed(2);
        Assert.Contains("ertificate", Assert.Single(ErrorLines(result)), StringComparison.Ordinal);
    }

    private static string[] ErrorLines(CommandResult result) =>
        [.. result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith("longwave: ", StringComparison.Ordinal))];

    private static async Task<string> UrlAsync(CommandRun run)
    {
        const string Beginning = "Longwave listens on ";
        await run.Output.WaitForAsync(text => text.Contains("Ctrl+C", StringComparison.Ordinal), "the hub to start");
        string line = run.Output.Lines.First(line => line.StartsWith(Beginning, StringComparison.Ordinal));
        return line[Beginning.Length..].Split(", ")[0];
    }

    private async Task<(string Certificate, string Key)> WriteCertificateAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        string certificateFile = Path.Combine(_home.FullName, "hub.pem");
        string keyFile = Path.Combine(_home.FullName, "hub.key");
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }
}
