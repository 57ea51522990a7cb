using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Longwave.Engine.Publishing;
using Longwave.Server.Admission;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Subscribe;

/// <summary>Temporary rejections of streams: <c>EventSource</c> receives a stream that tells it when to return, every other client the status.</summary>
public sealed partial class UnavailableTests
{
    private const string Native = "/v1/events?topic=a";
    private const string Mercure = "/.well-known/mercure?topic=a";

    /// <summary>Number of attempts after which an expected rejection does not come any more.</summary>
    private const int Tries = 5_000;

    private const string Client = "198.51.100.7";

    /// <summary>Every temporary rejection of a stream, with its status, at both endpoints.</summary>
    public static TheoryData<string, int, string> Rejections()
    {
        var all = new TheoryData<string, int, string>();
        foreach (string address in (string[])[Native, Mercure])
        {
            all.Add("shutting-down", 503, address);
            all.Add("too-many-connections", 503, address);
            all.Add("too-many-patterns", 503, address);
            all.Add("short-of-memory", 503, address);
            all.Add("too-many-streams", 429, address);
            all.Add("rate-limited", 429, address);
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Rejections))]
    public async Task Get_TemporaryRejection_KeepsEventSourceAliveAndGivesOthersTheStatus(string reason, int status, string address)
    {
        await using TestHub hub = await TestHub.StartAsync(options =>
        {
            options.Server.TrustedProxies = ["127.0.0.1"];
            options.Engine.DrainWindow = TimeSpan.FromMinutes(30);
            options.Engine.Limits.MaxConnections = reason == "too-many-connections" ? 1 : 100;
            options.Engine.Limits.MaxPatterns = reason == "too-many-patterns" ? 1 : 100;
            options.Server.Admission.Address.MaxStreams = reason == "too-many-streams" ? 1 : 0;
            (options.Server.Admission.Address.StreamsPerSecond, options.Server.Admission.Address.StreamBurst) = reason == "rate-limited" ? (1, 1) : (0, 1);
        });
        address = reason == "too-many-patterns" ? address.Replace("topic=a", "topic=b/{id}", StringComparison.Ordinal) : address;
        using HttpResponseMessage open = await SendAsync(hub, reason == "too-many-patterns" ? "/v1/events?topic=a/{id}" : Native);
        Task stopping = await RejectAsync(hub, reason);

        using HttpResponseMessage other = await UntilRejectedAsync(hub, address);
        await TestHub.AssertProblemAsync(other, status, reason, reason == "too-many-patterns" ? "topic" : null);
        Assert.True(other.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));

        using HttpResponseMessage source = await SendAsync(hub, address, EventSourceHeaders);
        int retry = await AssertNoticeAsync(source, reason);
        Assert.True(retry >= (reason == "shutting-down" ? 29 * 60_000 : 1_000), $"{retry} ms");
        Assert.Equal(1, hub.Engine.ConnectionCount);
        open.Dispose();
        await stopping;
    }

    [Theory]
    [InlineData("/v1/events", 400)]
    [InlineData("/v1/events?topic={", 400)]
    [InlineData("/v1/events?topic=a&access_token=x", 400)]
    [InlineData("/v1/events?topic=a&ticket=x", 401)]
    [InlineData("/v1/events?topic=secret", 401)]
    [InlineData("/v1/nothing", 404)]
    [InlineData("/.well-known/mercure", 400)]
    public async Task Get_PermanentRejection_EndsEventSource(string address, int status)
    {
        await using TestHub hub = await TestHub.StartAsync(options => options.Auth.Anonymous.Subscribe = [new() { Topic = "a" }]);
        using HttpResponseMessage answer = await SendAsync(hub, address, EventSourceHeaders);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    private static IReadOnlyList<(string Name, string Value)> EventSourceHeaders { get; } =
        [("Accept", "text/event-stream"), ("Cache-Control", "no-cache"), ("Pragma", "no-cache"), ("Sec-Fetch-Mode", "cors")];

    [GeneratedRegex("""^event: longwave\.unavailable\nretry: (\d+)\ndata: \{"reason":"([a-z-]+)","retry":(\d+)\}\n\n$""")]
    private static partial Regex Notice { get; }

    private static Task<HttpResponseMessage> SendAsync(TestHub hub, string address, IReadOnlyList<(string Name, string Value)>? headers = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("X-Forwarded-For", Client);
        foreach ((string name, string value) in headers ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Brings the hub into a state in which it rejects streams for this reason; returns the stop of the hub, if that is the reason.</summary>
    private static async Task<Task> RejectAsync(TestHub hub, string reason)
    {
        if (reason == "short-of-memory")
        {
            hub.Service<MemoryWatch>().Read = static () => new MemoryUse(90, 100);
        }

        Task stopping = reason == "shutting-down" ? hub.StopAsync() : Task.CompletedTask;
        await UntilAsync(() => reason != "shutting-down" || hub.Engine.Health == HubHealth.Draining);
        return stopping;
    }

    private static async Task<HttpResponseMessage> UntilRejectedAsync(TestHub hub, string address)
    {
        for (int i = 0; i < Tries; i++)
        {
            HttpResponseMessage answer = await SendAsync(hub, address);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                return answer;
            }

            answer.Dispose();
            await UntilAsync(() => hub.Engine.ConnectionCount == 1);
        }

        throw new InvalidOperationException($"The hub accepted {Tries} streams.");
    }

    private static async Task<int> AssertNoticeAsync(HttpResponseMessage answer, string reason)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.ToString());
        Assert.True(answer.Headers.CacheControl is { NoStore: true, NoTransform: true });
        Assert.Equal(["none"], answer.Headers.GetValues("Longwave-Connection"));
        string body = await answer.Content.ReadAsStringAsync();
        Match notice = Notice.Match(body);
        Assert.True(notice.Success, body);
        Assert.Equal(reason, notice.Groups[2].Value);
        Assert.Equal(notice.Groups[1].Value, notice.Groups[3].Value);
        return int.Parse(notice.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), patience.Token);
        }
    }
}
