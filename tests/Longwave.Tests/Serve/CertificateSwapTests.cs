using System.Security.Cryptography.X509Certificates;
using System.Text;
using Longwave.Tests.Commands;

namespace Longwave.Tests.Serve;

/// <summary>Renewal of a certificate while many streams are open over the old one.</summary>
public sealed class CertificateSwapTests : IDisposable
{
    private const int StreamCount = 1_000;
    private const int OpenAtOnce = 16;

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("longwave-swap-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Swap_WithAThousandStreams_DropsNoneAndServesTheNewCertificate()
    {
        var files = new PemFiles(_home.FullName);
        string first = files.Write();
        await using CommandRun run = CommandRun.Start(
            "serve", "--urls", "https://127.0.0.1:0", "--data", Path.Combine(_home.FullName, "data"), "--cert", files.Certificate, "--key", files.Key);
        await run.Output.WaitForAsync("Ctrl+C");
        string url = run.Output.Lines.First(line => line.StartsWith("Longwave listens", StringComparison.Ordinal)).Split(' ')[^1];

        using HttpClient client = NewClient(first);
        var streams = new List<StreamReader>();
        foreach (int[] some in Enumerable.Range(0, StreamCount).Chunk(OpenAtOnce))
        {
            streams.AddRange(await Task.WhenAll(some.Select(async _ => new StreamReader(await client.GetStreamAsync($"{url}/v1/events?topic=a"), Encoding.UTF8))));
        }

        string second = files.Write();
        Assert.Equal(second, await NewHandshakesSeeAsync(url, second));
        using HttpClient renewed = NewClient(second);
        using HttpResponseMessage published = await renewed.PostAsync($"{url}/v1/events?topic=a", new StringContent("after the swap"));
        published.EnsureSuccessStatusCode();
        bool[] got = await Task.WhenAll(streams.Select(GetsTheEventAsync));
        TestContext.Current.TestOutputHelper!.WriteLine($"{StreamCount} streams, {got.Count(reached => !reached)} dropped; new handshakes see the new certificate");
        Assert.All(got, Assert.True);
        streams.ForEach(stream => stream.Dispose());
    }

    private static async Task<bool> GetsTheEventAsync(StreamReader stream)
    {
        using var patience = new CancellationTokenSource(HubProcess.Patience);
        while (await stream.ReadLineAsync(patience.Token) is { } line)
        {
            if (line == "data: after the swap")
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Repeats handshakes until the certificate is the expected one; returns the last certificate on timeout.</summary>
    private static async Task<string> NewHandshakesSeeAsync(string url, string expected)
    {
        using var patience = new CancellationTokenSource(HubProcess.Patience);
        string seen = "";
        while (seen != expected && !patience.IsCancellationRequested)
        {
            using var handler = new SocketsHttpHandler
            {
                SslOptions =
                {
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    {
                        seen = (certificate as X509Certificate2)?.Thumbprint ?? "";
                        return seen.Length > 0;
                    },
                },
            };
            using var http = new HttpClient(handler);
            await http.GetStringAsync($"{url}/healthz");
            if (seen != expected)
            {
                await Task.Delay(100, CancellationToken.None);
            }
        }

        return seen;
    }

    private static HttpClient NewClient(string thumbprint) => new(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => ((X509Certificate2)certificate!).Thumbprint == thumbprint },
    });
}
