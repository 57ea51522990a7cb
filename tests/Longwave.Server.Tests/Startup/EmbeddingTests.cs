using System.Net;
using System.Text;
using System.Text.Json;
using Longwave.Engine.Publishing;
using Longwave.Engine.Storage;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;
using Longwave.Server.Configuration;
using Longwave.Server.Hub;
using Longwave.Server.Kestrel;
using Longwave.Server.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Longwave.Server.Tests.Startup;

/// <summary>The hub embedded in another application.</summary>
public sealed class EmbeddingTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("longwave-embedding-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task MapLongwave_WithPrefixAndConventions_AnswersBelowItOnly()
    {
        await using WebApplication app = Build(_ => { });
        app.MapLongwave("/hub").WithMetadata("mine");
        app.MapGet("/", () => "mine");
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using HttpResponseMessage published = await http.PostAsync("/hub/v1/events?topic=a", new StringContent("x"));
        Assert.Equal(HttpStatusCode.Created, published.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/hub/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/v1/events?topic=a")).StatusCode);
        Assert.Equal("mine", await http.GetStringAsync("/"));
        await app.StopAsync();
    }

    /// <summary>The hub rejects them at its own endpoints; at the application's only on request.</summary>
    [Theory]
    [InlineData(false, "/mine", "200")]
    [InlineData(true, "/mine", "400")]
    [InlineData(false, "/v1/events?topic=a", "400")]
    public async Task Requests_WithAnAmbiguousEnd_AreRejectedByTheHubOnly(bool everywhere, string path, string status)
    {
        await using WebApplication app = Build(_ => { });
        if (everywhere)
        {
            app.UseStrictFraming();
        }

        app.MapLongwave();
        app.MapPost("/mine", () => "mine");
        await app.StartAsync();
        string answer = await RawConnection.RoundTripAsync(
            new Uri(app.Urls.First()),
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        await app.StopAsync();
    }

    [Fact]
    public async Task RunningHub_PublishedInProcess_IsStreamed()
    {
        await using WebApplication app = Build(_ => { });
        app.MapLongwave();
        RunningHub hub = app.Services.GetRequiredService<RunningHub>();
        Assert.Throws<InvalidOperationException>(() => hub.Engine);
        await app.StartAsync();
        PublishResult result = await hub.Engine.PublishAsync([new Publication(new Event { Topic = "a", Data = "hello"u8.ToArray() }, null)]);
        Assert.Equal(PublishOutcome.Accepted, result.Outcome);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using OpenStream stream = await OpenStream.FromAsync(
            await http.GetAsync("/v1/events?topic=a&since=earliest", HttpCompletionOption.ResponseHeadersRead));
        await stream.ReadUntilAsync("data: hello\n\n");
        await app.StopAsync();
        Assert.Throws<InvalidOperationException>(() => hub.Engine);
    }

    /// <summary>The sink of the guide: each batch is released by its consumer, so nothing is lost and at most one batch is in memory.</summary>
    [Fact]
    public async Task RunningHub_SubscribedInProcess_DeliversEveryEventInOrder()
    {
        const int Count = 500;
        await using WebApplication app = Build(_ => { });
        app.MapLongwave();
        await app.StartAsync();
        LongwavePublisher publisher = app.Services.GetRequiredService<LongwavePublisher>();
        for (int i = 0; i < Count; i += 10)
        {
            await publisher.PublishAsync([.. Enumerable.Range(i, 10).Select(static n => new Event { Topic = "a", Data = Encoding.UTF8.GetBytes($"{n}") })]);
        }

        var sink = new BatchSink();
        var request = new SubscribeRequest { Selectors = [Selector.Any], Format = EventFormat.Json, Streaming = false, Since = Since.Earliest };
        Assert.Equal(SubscribeOutcome.Accepted, app.Services.GetRequiredService<RunningHub>().Engine.TrySubscribe(request, sink, out Subscriber? subscriber));
        var received = new List<string>();
        await foreach (string[] batch in sink.Batches)
        {
            Assert.InRange(batch.Length, 1, BatchSink.MaxFrames);
            received.AddRange(batch.Where(static json => json.Contains("\"topic\"", StringComparison.Ordinal)).Select(static json => JsonDocument.Parse(json).RootElement.GetProperty("data").ToString()));
            subscriber!.OnWritable();
            if (received.Count == Count)
            {
                subscriber.Close(CloseReason.ClientGone);
            }
        }

        Assert.Equal(Enumerable.Range(0, Count).Select(static n => $"{n}"), received);
    }

    [Fact]
    public async Task Start_UnknownConfigurationKey_FailsWithItsName()
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create<string, string?>("Engine:Limits:MaxTopicz", "5")]).Build();
        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            await using WebApplication app = Build(_ => { }, configuration);
            await app.StartAsync();
        });
        Assert.Contains("`Engine:Limits:MaxTopicz`", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_LogInUse_FailsWithAClearMessage()
    {
        await using WebApplication first = Build(_ => { });
        first.MapLongwave();
        await first.StartAsync();
        await using WebApplication second = Build(_ => { });
        second.MapLongwave();
        LogUnavailableException exception = await Assert.ThrowsAsync<LogUnavailableException>(() => second.StartAsync());
        Assert.Contains(_directory.FullName, exception.Message, StringComparison.Ordinal);
        await first.StopAsync();
    }

    private WebApplication Build(Action<LongwaveOptions> configure, IConfiguration? configuration = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddLongwave(
            options =>
            {
                options.Engine.DataDirectory = _directory.FullName;
                configure(options);
            },
            configuration);
        return builder.Build();
    }
}
