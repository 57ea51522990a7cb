using System.Collections.Concurrent;
using Longwave.Client.Failures;
using Longwave.Client.Publishing;
using Longwave.Client.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace Longwave.Client.Tests.Publishing;

public sealed class PublisherTests
{
    private static readonly PublishOptions Quick = new() { MinDelay = TimeSpan.FromMilliseconds(10), MaxDelay = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task Publish_ResponseLost_IsRetriedWithTheSameKeyAndBody()
    {
        var requests = new ConcurrentQueue<(string Key, string Body)>();
        await using StubServer server = await StubServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            requests.Enqueue((context.Request.Headers["Idempotency-Key"].ToString(), await reader.ReadToEndAsync()));
            if (requests.Count == 1)
            {
                context.Abort();
                return;
            }

            await StubServer.AnswerAsync(context, 200, """{"ids":["5f3a9c1e-1","5f3a9c1e-2"],"duplicates":2}""");
        });
        await using var client = new LongwaveClient(server.Url);
        var retries = new List<PublishRetry>();

        PublishResult result = await client.PublishBatchAsync([new("t", "a"), new("t", "b")], Quick with { Retrying = retries.Add });

        Assert.Equal(["5f3a9c1e-1", "5f3a9c1e-2"], result.Positions);
        Assert.Equal(2, result.Duplicates);
        (string key, string body) = Assert.Single(requests.Distinct());
        Assert.True(Guid.TryParse(key, out _));
        Assert.Equal(2, body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        PublishRetry retry = Assert.Single(retries);
        Assert.Equal((FailureKind.Broken, 1), (retry.Failure.Kind, retry.Attempt));
    }

    [Theory]
    [InlineData(408)]
    [InlineData(425)]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Publish_TemporaryStatus_IsSentAgainWithTheSameKey(int status)
    {
        var keys = new ConcurrentQueue<string>();
        await using StubServer server = await StubServer.StartAsync(context =>
        {
            keys.Enqueue(context.Request.Headers["Idempotency-Key"].ToString());
            return keys.Count == 1 ? StubServer.AnswerAsync(context, status, "{}") : StubServer.AnswerAsync(context, 201, """{"id":"5f3a9c1e-1"}""");
        });
        await using var client = new LongwaveClient(server.Url);

        PublishResult result = await client.PublishAsync(new OutgoingEvent("t", "a"), Quick);

        Assert.Equal(["5f3a9c1e-1"], result.Positions);
        Assert.Equal(2, keys.Count);
        Assert.Single(keys.Distinct());
    }

    [Fact]
    public async Task Publish_TwoCalls_HaveTwoKeys()
    {
        var keys = new ConcurrentBag<string>();
        await using StubServer server = await StubServer.StartAsync(context =>
        {
            keys.Add(context.Request.Headers["Idempotency-Key"].ToString());
            return StubServer.AnswerAsync(context, 201, """{"id":"5f3a9c1e-1"}""");
        });
        await using var client = new LongwaveClient(server.Url);

        await client.PublishAsync("t", "a");
        await client.PublishAsync("t", "a");

        Assert.Equal(2, keys.Distinct().Count());
    }

    [Fact]
    public async Task Publish_TokenIsRejected_IsFetchedAgainOnce()
    {
        int requests = 0;
        await using StubServer server = await StubServer.StartAsync(context =>
        {
            requests++;
            return context.Request.Headers.Authorization == "Bearer 2"
                ? StubServer.AnswerAsync(context, 201, """{"id":"5f3a9c1e-1"}""")
                : StubServer.AnswerAsync(context, 401, """{"type":"https://longwave.dev/problems/invalid-token","status":401,"detail":"Expired."}""", "application/problem+json");
        });
        int fetched = 0;
        await using var taken = new LongwaveClient(server.Url, new LongwaveClientOptions { TokenProvider = _ => new($"{++fetched}") });
        await using var never = new LongwaveClient(server.Url, new LongwaveClientOptions { TokenProvider = _ => new("other") });

        Assert.Equal("5f3a9c1e-1", (await taken.PublishAsync("t", "a")).Position);
        await taken.PublishAsync("t", "a");
        Assert.Equal((3, 2), (requests, fetched));

        LongwaveException refused = await Assert.ThrowsAsync<LongwaveException>(() => never.PublishAsync("t", "a"));
        Assert.Equal((401, "The hub answered: Expired."), (refused.Failure.Status, refused.Message));
        Assert.Equal(5, requests);
    }

    [Fact]
    public async Task Publish_HubStaysBusy_GivesUpAndReportsTheTime()
    {
        await using StubServer server = await StubServer.StartAsync(context => StubServer.AnswerAsync(context, 503, "{}"));
        await using var client = new LongwaveClient(server.Url);

        LongwaveException gaveUp = await Assert.ThrowsAsync<LongwaveException>(() =>
            client.PublishAsync(new OutgoingEvent("t", "a"), Quick with { RetryFor = TimeSpan.FromMilliseconds(100) }));

        Assert.True(gaveUp.Failure.IsTemporary);
        Assert.NotNull(gaveUp.GaveUpAfter);
    }

    [Fact]
    public async Task Publish_OtherServer_FailsAtOnce()
    {
        await using StubServer server = await StubServer.StartAsync(context => StubServer.AnswerAsync(context, 200, "<html>"));
        await using var page = new LongwaveClient(server.Url);
        await using var nothing = new LongwaveClient("http://127.0.0.1:1");

        Assert.Equal(FailureKind.NotAHub, (await Assert.ThrowsAsync<LongwaveException>(() => page.PublishAsync("t", "a"))).Failure.Kind);
        LongwaveException refused = await Assert.ThrowsAsync<LongwaveException>(() => nothing.PublishAsync(new OutgoingEvent("t", "a"), Quick with { WaitForHub = false }));
        Assert.Equal((FailureKind.ConnectionRefused, "No hub listens at http://127.0.0.1:1."), (refused.Failure.Kind, refused.Message));
    }

    [Fact]
    public async Task Publish_307And308_AreFollowedWithMethodBodyAndWithinTheOriginTheToken()
    {
        var requests = new ConcurrentQueue<(string Method, string Path, string Body, string Key, string Token)>();
        async Task RecordAsync(HttpContext context, string? location, int status)
        {
            using var reader = new StreamReader(context.Request.Body);
            IHeaderDictionary headers = context.Request.Headers;
            requests.Enqueue((context.Request.Method, context.Request.Path, await reader.ReadToEndAsync(), headers["Idempotency-Key"].ToString(), headers.Authorization.ToString()));
            context.Response.Headers.Location = location;
            await StubServer.AnswerAsync(context, status, """{"id":"5f3a9c1e-1"}""");
        }

        await using StubServer other = await StubServer.StartAsync(context => RecordAsync(context, null, 201));
        await using StubServer server = await StubServer.StartAsync(context => context.Request.Path == "/v1/events"
            ? RecordAsync(context, "/hub/events?topic=t", 308)
            : RecordAsync(context, other.Url + "/v1/events?topic=t", 307));
        await using var client = new LongwaveClient(server.Url, new LongwaveClientOptions { TokenProvider = _ => new("secret") });

        await client.PublishAsync(new OutgoingEvent("t", "a"), new PublishOptions { IdempotencyKey = "k" });

        Assert.Equal(
            [("POST", "/v1/events", "a", "k", "Bearer secret"), ("POST", "/hub/events", "a", "k", "Bearer secret"), ("POST", "/v1/events", "a", "k", "")],
            requests);
    }

    /// <summary>A GET in place of the publish would open a stream, which does not end.</summary>
    [Theory]
    [InlineData(301, false)]
    [InlineData(302, false)]
    [InlineData(303, false)]
    [InlineData(301, true)]
    [InlineData(302, true)]
    [InlineData(303, true)]
    public async Task Publish_OtherRedirect_FailsWithItsTarget(int status, bool isHandlerOfTheApplication)
    {
        var methods = new ConcurrentQueue<string>();
        await using StubServer server = await StubServer.StartAsync(async context =>
        {
            methods.Enqueue(context.Request.Method);
            if (context.Request.Method == "POST")
            {
                context.Response.StatusCode = status;
                context.Response.Headers.Location = "/elsewhere";
                return;
            }

            await context.Response.WriteAsync("a stream");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var http = new HttpClient();
        await using LongwaveClient client = isHandlerOfTheApplication ? new(new Uri(server.Url), http) : new(server.Url);

        LongwaveException refused = await Assert.ThrowsAsync<LongwaveException>(() => client.PublishAsync("t", "a"));

        Assert.False(refused.Failure.IsTemporary);
        Assert.Equal(isHandlerOfTheApplication ? 302 : status, refused.Failure.Status);
        Assert.Contains("/elsewhere, which the client does not follow.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(isHandlerOfTheApplication ? ["POST", "GET"] : ["POST"], methods);
    }

    [Fact]
    public async Task Publish_RedirectLoop_Fails()
    {
        int requests = 0;
        await using StubServer server = await StubServer.StartAsync(context =>
        {
            requests++;
            (context.Response.StatusCode, context.Response.Headers.Location) = (307, context.Request.Path.Value);
            return Task.CompletedTask;
        });
        await using var client = new LongwaveClient(server.Url);

        Assert.Equal(307, (await Assert.ThrowsAsync<LongwaveException>(() => client.PublishAsync("t", "a"))).Failure.Status);
        Assert.Equal(6, requests);
    }
}
