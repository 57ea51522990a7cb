using System.Net.Http.Headers;
using System.Text;
using Longwave.Bench.Hubs;
using Longwave.Bench.Results;
using Longwave.Bench.Tokens;

namespace Longwave.Bench.Scenarios;

/// <summary>How long a stream outlives its token.</summary>
internal sealed class IdentityScenario : IScenario
{
    private const int Streams = 1_000;

    /// <summary>Streams opened at one time.</summary>
    private const int OpenAtOnce = 50;

    private static readonly TimeSpan PublishEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Tokens expire one after another over this time.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(5);

    public string Name => "identity";

    public string Question =>
        "1,000 streams whose tokens expire over five seconds, and 1,000 of a subject that is revoked, while 50 events a second are published: from `exp` (without clock skew), and from the request that revokes, until the client sees the end.";

    public async Task<IReadOnlyList<Figure>> RunAsync(BenchContext context)
    {
        var key = new TokenKey();
        string directory = context.NewDirectory();
        await using HubProcess hub = await HubProcess.StartAsync(directory, configuration: key.WriteConfiguration(directory + "-config"));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{hub.Port}"), Timeout = Timeout.InfiniteTimeSpan };

        // Connections of its own: one whose stream has ended is closed by the hub, whatever the client had in mind with it.
        using var requests = new HttpClient { BaseAddress = http.BaseAddress };
        DateTimeOffset far = TimeProvider.System.GetUtcNow().AddHours(1);
        string root = key.Token("root", far);
        using var publishing = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        Task publisher = PublishAsync(requests, root, publishing.Token);

        List<HeldStream> revoked = await OpenAsync(http, _ => key.Token("mallory", far), context.Cancellation);
        DateTimeOffset revokedAt = TimeProvider.System.GetUtcNow();
        await PostAsync(requests, root, "/v1/revocations", """{"sub":"mallory"}""", context.Cancellation);
        double[] revocation = await LagsAsync(revoked, _ => revokedAt);
        context.Tell($"{revoked.Count} streams were revoked");

        // Long enough ahead that all are open before the first one ends.
        DateTimeOffset first = TimeProvider.System.GetUtcNow().AddSeconds(context.Quick ? 10 : 20);
        DateTimeOffset Expires(int i) => first + (Spread * i / Streams);
        List<HeldStream> expired = await OpenAsync(http, i => key.Token($"user-{i}", Expires(i)), context.Cancellation);
        double[] expiry = await LagsAsync(expired, Expires);
        context.Tell($"{expired.Count} tokens have expired");

        await publishing.CancelAsync();
        await publisher;
        int late = revoked.Concat(expired).Sum(static stream => stream.EventsAfterClosed);
        double lastEvent = expired.Select((stream, i) => (stream.LastEventAt - Expires(i)).TotalMilliseconds).Max();
        return
        [
            .. Lags("after `exp`", expiry), .. Lags("after the revocation", revocation),
            new Figure("events after the hub had said that the stream ends", late, "events", new Target(Below: 1)),
            new Figure("last event of any stream, after `exp`", lastEvent, "ms", new Target(Below: 1_000)),
        ];
    }

    private static IEnumerable<Figure> Lags(string what, double[] lags) =>
    [
        new Figure($"end {what}, median", Statistics.Percentile(lags, 0.5), "ms"),
        new Figure($"end {what}, 99 %", Statistics.Percentile(lags, 0.99), "ms", new Target(Below: 1_000)),
        new Figure($"end {what}, longest", lags.Max(), "ms"),
    ];

    private static async Task<List<HeldStream>> OpenAsync(HttpClient http, Func<int, string> token, CancellationToken cancellation)
    {
        var streams = new List<HeldStream>(Streams);
        foreach (int[] some in Enumerable.Range(0, Streams).Chunk(OpenAtOnce))
        {
            List<HeldStream> opening = [.. some.Select(i => HeldStream.Open(http, token(i), cancellation))];
            foreach (HeldStream stream in opening)
            {
                // One that was refused never opens, and says why.
                await await Task.WhenAny(stream.Opened, stream.Ended);
            }

            streams.AddRange(opening);
        }

        return streams;
    }

    private static async Task<double[]> LagsAsync(List<HeldStream> streams, Func<int, DateTimeOffset> due)
    {
        var lags = new double[streams.Count];
        for (int i = 0; i < lags.Length; i++)
        {
            lags[i] = (await streams[i].Ended - due(i)).TotalMilliseconds;
            if (!streams[i].Tail.Contains("event: longwave.closed", StringComparison.Ordinal))
            {
                throw new BenchFailedException($"A stream ended without a control event: {streams[i].Tail}");
            }
        }

        return lags;
    }

    private static async Task PublishAsync(HttpClient http, string token, CancellationToken cancellation)
    {
        try
        {
            for (int n = 0; !cancellation.IsCancellationRequested; n++)
            {
                await PostAsync(http, token, "/v1/events?topic=bench", $"event {n}", cancellation);
                await Task.Delay(PublishEvery, TimeProvider.System, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Enough was published.
        }
    }

    private static async Task PostAsync(HttpClient http, string token, string path, string body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await http.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw new BenchFailedException($"{path} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellation)}");
        }
    }
}
