using System.Collections.Concurrent;
using System.Text;
using Longwave.Client.Tests.Hosting;
using Longwave.Tests.Commands;
using Microsoft.AspNetCore.Http;

namespace Longwave.Tests.Publish;

/// <summary>Publishing to a hub that is busy, full or unreachable, or to a server that is not a hub.</summary>
public sealed class PublishRetryTests
{
    [Theory]
    [InlineData(503, "overloaded")]
    [InlineData(503, "shutting-down")]
    [InlineData(507, "disk-full")]
    public async Task Publish_HubIsBusy_IsRetriedWithTheSameKey(int status, string problem)
    {
        var requests = new ConcurrentQueue<(string Key, string Body)>();
        await using StubServer stub = await StubServer.StartAsync(async context =>
        {
            requests.Enqueue((context.Request.Headers["Idempotency-Key"].ToString(), await BodyAsync(context)));
            await (requests.Count < 3 ? RefuseAsync(context, status, problem) : AnswerAsync(context, 201, """{"id":"5f3a9c1e-7"}"""));
        });

        CommandResult result = (await CommandRun.RunAsync("publish", "t", "hello", "--hub", stub.Url)).Succeeded();

        Assert.Equal("5f3a9c1e-7\n", result.Output);
        Assert.Equal("longwave: The hub answered: Not now. Retrying for up to 60 s.\nlongwave: The hub has accepted the retry.\n", result.Error);
        Assert.Equal(3, requests.Count);
        (string key, string body) = Assert.Single(requests.Distinct());
        Assert.True(Guid.TryParse(key, out _));
        Assert.Equal("hello", body);
    }

    [Fact]
    public async Task Publish_HubStaysBusy_GivesUpWithTheReason()
    {
        await using StubServer stub = await StubServer.StartAsync(context => RefuseAsync(context, 503, "overloaded"));

        CommandResult result = (await CommandRun.RunAsync("publish", "t", "hello", "--retry-for", "300ms", "--hub", stub.Url)).Failed(1);

        Assert.Contains("The hub answered: Not now. Gave up after ", result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
    }

    [Theory]
    [InlineData(507, "too-many-topics")]
    [InlineData(400, "invalid-event")]
    [InlineData(413, "event-too-large")]
    public async Task Publish_PermanentRejection_IsNotRetried(int status, string problem)
    {
        int requests = 0;
        await using StubServer stub = await StubServer.StartAsync(context =>
        {
            Interlocked.Increment(ref requests);
            return RefuseAsync(context, status, problem);
        });

        CommandResult result = (await CommandRun.RunAsync("publish", "t", "hello", "--hub", stub.Url)).Failed(1);

        Assert.Equal("longwave: The hub answered: Not now.\n", result.Error);
        Assert.Equal(1, requests);
    }

    [Fact]
    public async Task Publish_NoHub_ExplainsHowToStartOne()
    {
        CommandResult result = (await CommandRun.RunAsync("publish", "t", "hello", "--hub", "localhost:1")).Failed(1);

        Assert.Equal("longwave: No hub listens at http://localhost:1. Start a hub with `longwave serve`, or set its URL with --hub.\n", result.Error);
    }

    [Fact]
    public async Task Publish_RetryForGivenAndNoHubAtTheStart_WaitsForTheHub()
    {
        await using var hub = new HubProcess();
        await using CommandRun run = CommandRun.Start("publish", "t", "hello", "--retry-for", "60s", "--hub", hub.Url);
        await run.Error.WaitForAsync($"No hub listens at {hub.Url}.");

        await hub.StartAsync();

        CommandResult result = (await run.EndAsync()).Succeeded();
        Assert.Matches(@"^[0-9a-f]{8}-1\n$", result.Output);
    }

    [Fact]
    public async Task Publish_OtherServerListens_PrintsTheReason()
    {
        await using StubServer page = await StubServer.StartAsync(context => AnswerAsync(context, 200, "<html>hello</html>"));
        await using StubServer nothing = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });

        CommandResult first = (await CommandRun.RunAsync("publish", "t", "hello", "--hub", page.Url)).Failed(1);
        CommandResult second = (await CommandRun.RunAsync("publish", "t", "hello", "--hub", nothing.Url)).Failed(1);

        Assert.Equal($"longwave: {page.Url} sent a response that is not from a hub. Check the URL: another server may listen there.\n", first.Error);
        Assert.Equal($"longwave: {nothing.Url} answered 404: there is no Longwave hub at this URL.\n", second.Error);
    }

    [Fact]
    public async Task Publish_ResponseWithControlCharacters_IsEscaped()
    {
        await using StubServer stub = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = 400;
            context.Response.ContentType = "application/problem+json";
            return context.Response.WriteAsync("{\"detail\":\"\\u001b[2Jgone\"}");
        });

        CommandResult result = (await CommandRun.RunAsync("publish", "t", "hello", "--hub", stub.Url)).Failed(1);

        Assert.Equal("longwave: The hub answered: ␛[2Jgone\n", result.Error);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Bulk_HubKilledInTheMiddle_StoresEachEventOnce()
    {
        const int Events = 30_000;
        await using var hub = new HubProcess();
        await hub.StartAsync();
        string file = Path.GetTempFileName();
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, Events).Select(i => $$"""{"topic":"bulk","data":"{{i}}"}"""));
        await using CommandRun tail = CommandRun.Start("tail", "bulk", "--json", "--count", $"{Events}", "--hub", hub.Url);
        await tail.Error.WaitForAsync("Connected");

        await using CommandRun publish = CommandRun.Start("publish", "--ndjson", "--file", file, "--positions", "--hub", hub.Url);
        foreach (int some in new[] { 3_000, 15_000 })
        {
            await publish.Output.WaitForAsync(text => text.Count(c => c == '\n') >= some, $"{some} positions");
            await hub.KillAsync();
            await hub.StartAsync();
        }

        CommandResult published = (await publish.EndAsync()).Succeeded();
        CommandResult seen = (await tail.EndAsync()).Succeeded();

        Assert.Equal(Events, published.Lines.Distinct().Count());
        Assert.Equal(Enumerable.Range(0, Events).Select(i => $"\"data\":\"{i}\"}}"), seen.Lines.Select(line => line[line.LastIndexOf("\"data\"", StringComparison.Ordinal)..]));
        File.Delete(file);
    }

    private static async Task<string> BodyAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    private static Task RefuseAsync(HttpContext context, int status, string problem)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        return context.Response.WriteAsync($$"""{"type":"https://longwave.dev/problems/{{problem}}","title":"No","status":{{status}},"detail":"Not now."}""");
    }

    private static Task AnswerAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }
}
