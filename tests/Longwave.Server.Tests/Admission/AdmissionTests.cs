using System.Net;
using System.Text.Json;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Admission;

/// <summary>Limits of one client at a real hub. The forwarded address from a proxy on this machine identifies each client.</summary>
public sealed class AdmissionTests
{
    private const string Greedy = "198.51.100.7";
    private const string Modest = "198.51.100.8";

    /// <summary>Number of attempts that exceeds every bucket of these tests, even if a slow machine refills it meanwhile.</summary>
    private const int Tries = 2_000;

    [Fact]
    public async Task Streams_OfOneAddress_AreLimitedWithoutAffectingOthers()
    {
        await using TestHub hub = await StartAsync(options => options.Server.Admission.Address.MaxStreams = 3);
        var streams = new List<OpenStream>();
        for (int i = 0; i < 3; i++)
        {
            streams.Add(await hub.OpenAsync("?topic=a", null, From(Greedy)));
        }

        using HttpResponseMessage refused = await hub.GetAsync("?topic=a", null, From(Greedy));
        JsonElement problem = await TestHub.AssertProblemAsync(refused, 429, "too-many-streams");
        Assert.StartsWith("This address has 3 open streams", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 5);
        using OpenStream other = await hub.OpenAsync("?topic=a", null, From(Modest));
        using OpenStream local = await hub.OpenAsync("?topic=a");

        // The permit is released when the engine closes the stream, shortly after the client has closed it.
        streams[0].Dispose();
        await UntilAsync(async () =>
        {
            HttpResponseMessage again = await hub.GetAsync("?topic=a", null, From(Greedy));
            streams.Add(await OpenStream.FromAsync(again));
            return again.StatusCode == HttpStatusCode.OK;
        });
        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task Polls_OfOneAddress_ReleaseTheirPermits()
    {
        await using TestHub hub = await StartAsync(options => options.Server.Admission.Address.MaxStreams = 1);
        for (int i = 0; i < 20; i++)
        {
            using HttpResponseMessage poll = await hub.GetAsync("?topic=a", "application/json", From(Greedy));
            Assert.Equal(HttpStatusCode.OK, poll.StatusCode);
            await poll.Content.ReadAsByteArrayAsync();
        }
    }

    [Fact]
    public async Task Stream_RejectedByTheHub_ReleasesItsPermit()
    {
        await using TestHub hub = await StartAsync(options =>
        {
            options.Engine.Limits.MaxConnections = 1;
            options.Server.Admission.Address.MaxStreams = 1;
        });
        using OpenStream first = await hub.OpenAsync("?topic=a", null, From(Modest));
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage refused = await hub.GetAsync("?topic=a", null, From(Greedy));
            await TestHub.AssertProblemAsync(refused, 503, "too-many-connections");
        }
    }

    [Fact]
    public async Task Streams_OpenedTooFast_AreRejectedUntilLater()
    {
        await using TestHub hub = await StartAsync(options =>
            (options.Server.Admission.Address.StreamsPerSecond, options.Server.Admission.Address.StreamBurst) = (1, 5));
        JsonElement problem = await UntilRefusedAsync(() => hub.GetAsync("?topic=a", "application/json", From(Greedy)), HttpStatusCode.OK, "rate-limited");
        Assert.Contains("opens too many streams per second", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        using HttpResponseMessage other = await hub.GetAsync("?topic=a", "application/json", From(Modest));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Publish_TooManyEvents_IsRejectedAndAppendsNothing()
    {
        await using TestHub hub = await StartAsync(options =>
        {
            options.Engine.Limits.MaxRequestEvents = 10;
            (options.Server.Admission.Address.EventsPerSecond, options.Server.Admission.Address.EventBurst) = (1, 10);
        });
        int published = 0;
        JsonElement problem = await UntilRefusedAsync(
            async () =>
            {
                HttpResponseMessage response = await hub.PostAsync("/v1/events?topic=a", "x", null, From(Greedy));
                published += response.IsSuccessStatusCode ? 1 : 0;
                return response;
            },
            HttpStatusCode.Created,
            "rate-limited");
        Assert.Contains("too many events per second", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(published, hub.Engine.Tip.Offset);
        using HttpResponseMessage other = await hub.PostAsync("/v1/events?topic=a", "x", null, From(Modest));
        Assert.Equal(HttpStatusCode.Created, other.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Publish_TooManyBytes_IsRejected(bool chunked)
    {
        await using TestHub hub = await StartAsync(options =>
        {
            (options.Engine.Limits.MaxEventBytes, options.Engine.Limits.MaxRequestBytes) = (1_000, 1_000);
            (options.Server.Admission.Address.BytesPerSecond, options.Server.Admission.Address.ByteBurst) = (1, 1_500);
            options.Server.MaxTelemetryBytes = 1_024;
        });
        JsonElement problem = await UntilRefusedAsync(
            () => hub.PostAsync("/v1/events?topic=a", new string('x', 500), null, [.. chunked ? [("Transfer-Encoding", "chunked")] : Array.Empty<(string, string)>(), From(Greedy)]),
            HttpStatusCode.Created,
            "rate-limited");
        Assert.Contains("too many bytes per second", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_OfOneIpv6Network_CountAsOne()
    {
        await using TestHub hub = await StartAsync(options => options.Server.Admission.Address.MaxStreams = 1);
        using OpenStream first = await hub.OpenAsync("?topic=a", null, From("2001:db8::1"));
        using HttpResponseMessage same = await hub.GetAsync("?topic=a", null, From("2001:db8::abcd"));
        await TestHub.AssertProblemAsync(same, 429, "too-many-streams");
        using OpenStream other = await hub.OpenAsync("?topic=a", null, From("2001:db8:0:1::1"));
    }

    [Fact]
    public async Task Clients_OverTheTrackedNumber_ShareOneCount()
    {
        await using TestHub hub = await StartAsync(options => (options.Server.Admission.Address.MaxStreams, options.Server.Admission.MaxClients) = (2, 2));
        var streams = new List<OpenStream>();
        foreach (string client in (string[])["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"])
        {
            streams.Add(await hub.OpenAsync("?topic=a", null, From(client)));
        }

        using HttpResponseMessage refused = await hub.GetAsync("?topic=a", null, From("192.0.2.5"));
        await TestHub.AssertProblemAsync(refused, 429, "too-many-streams");
        streams.Add(await hub.OpenAsync("?topic=a", null, From("192.0.2.1")));
        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task Memory_NearlyExhausted_RejectsNewStreamsAndKeepsOpenOnes()
    {
        await using TestHub hub = await TestHub.StartAsync();
        var watch = (MemoryWatch)hub.Services.GetService(typeof(MemoryWatch))!;
        using OpenStream stream = await hub.OpenAsync("?topic=a");
        int collections = 0;
        watch.Collect = () => collections++;
        watch.Read = () => new MemoryUse(90, 100);
        HttpResponseMessage refused = null!;
        await UntilAsync(async () => (refused = await hub.PostAsync("/v1/events?topic=a", "x")).StatusCode == HttpStatusCode.ServiceUnavailable);
        await TestHub.AssertProblemAsync(refused, 503, "short-of-memory");
        Assert.NotNull(refused.Headers.RetryAfter);
        await TestHub.AssertProblemAsync(await hub.GetAsync("?topic=a"), 503, "short-of-memory");
        await TestHub.AssertProblemAsync(await hub.GetAsync("?topic=a", "application/json"), 503, "short-of-memory");
        Assert.Equal(HttpStatusCode.OK, (await hub.Http.GetAsync("/healthz")).StatusCode);
        Assert.InRange(collections, 1, 100);
        watch.Read = () => new MemoryUse(10, 100);
        await UntilAsync(async () => (await hub.PostAsync("/v1/events?topic=a", "after")).StatusCode == HttpStatusCode.Created);
        await stream.ReadUntilAsync("data: after\n\n");
        Assert.Contains(hub.Logs.Lines, line => line.Contains("Short of memory", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/v1/events?topic=a", "text/plain")]
    [InlineData("/v1/telemetry", "application/json")]
    public async Task Body_NeverEnds_IsRejectedAtItsDeadline(string address, string type)
    {
        await using TestHub hub = await TestHub.StartAsync(options => options.Server.RequestBodyTimeout = TimeSpan.FromSeconds(1));
        using RawConnection connection = await RawConnection.OpenAsync(hub.Address);
        await connection.SendAsync($"POST {address} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nContent-Length: 20000\r\n\r\n{new string('x', 19_999)}");
        Assert.Contains("/problems/request-timeout", await connection.ReadUntilAsync("}"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 408 ", connection.Text, StringComparison.Ordinal);
        Assert.Equal(0, hub.Engine.Tip.Offset);

        // The web server drops the rest of the body: once it has arrived, the connection serves the next request.
        await connection.SendAsync("xGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Contains("\"healthy\"", await connection.ReadUntilAsync("\"connections\":0}"), StringComparison.Ordinal);
        Assert.Empty(hub.Logs.Lines);
    }

    private static (string, string) From(string client) => ("X-Forwarded-For", client);

    private static Task<TestHub> StartAsync(Action<LongwaveOptions> configure) => TestHub.StartAsync(options =>
    {
        options.Server.TrustedProxies = ["127.0.0.1"];
        configure(options);
    });

    private static async Task<JsonElement> UntilRefusedAsync(Func<Task<HttpResponseMessage>> send, HttpStatusCode accepted, string problem)
    {
        for (int i = 0; i < Tries; i++)
        {
            using HttpResponseMessage response = await send();
            if (response.StatusCode != accepted)
            {
                Assert.NotEqual(0, i);
                Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 2_000);
                return await TestHub.AssertProblemAsync(response, 429, problem);
            }
        }

        throw new Xunit.Sdk.XunitException($"{Tries} requests, and none was refused.");
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
