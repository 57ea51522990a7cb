using System.Collections.Concurrent;
using Longwave.Client.Tests.Hosting;
using Longwave.Tests.Commands;
using Microsoft.AspNetCore.Http;

namespace Longwave.Tests.Tail;

/// <summary>A tail of a server that is not a hub, or of a hub that fails.</summary>
public sealed class TailRefusalTests
{
    [Fact]
    public async Task Tail_NoHub_ExplainsHowToStartOne()
    {
        CommandResult result = (await CommandRun.RunAsync("tail", "--hub", "localhost:1")).Failed(1);

        Assert.Equal("longwave: No hub listens at http://localhost:1. Start a hub with `longwave serve`, or set its URL with --hub.\n", result.Error);
    }

    [Fact]
    public async Task Tail_HubNotStartedYet_ConnectsWhenItStarts()
    {
        await using var hub = new HubProcess();
        await using CommandRun tail = CommandRun.Start("tail", "--wait", "--hub", hub.Url);
        await tail.Error.WaitForAsync("Retrying in");

        await hub.StartAsync();

        await tail.Error.WaitForAsync("Connected to ");
    }

    [Fact]
    public async Task Tail_RejectedSelector_PrintsTheReasonAndEnds()
    {
        CommandResult result = (await CommandRun.RunAsync("tail", "prices/{symbol", "--hub", "localhost:1")).Failed(2);

        Assert.Contains("'prices/{symbol': The template has a '{' without '}'", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_ResponseIsNotAStream_EndsWithoutRetry()
    {
        int requests = 0;
        await using StubServer stub = await StubServer.StartAsync(context =>
        {
            requests++;
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<html>log in</html>");
        });

        CommandResult result = (await CommandRun.RunAsync("tail", "--hub", stub.Url)).Failed(1);

        Assert.Equal($"longwave: {stub.Url} answered with 'text/html' instead of a stream. Check the URL and any proxy in front of the hub.\n", result.Error);
        Assert.Equal(1, requests);
    }

    [Fact]
    public async Task Tail_NoContent_EndsPermanently()
    {
        await using StubServer stub = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });

        CommandResult result = (await CommandRun.RunAsync("tail", "--hub", stub.Url)).Succeeded();

        Assert.Equal("longwave: The subscription has ended: no more events will come.\n", result.Error);
    }

    [Fact]
    public async Task Tail_SilentStream_ReconnectsAtItsPosition()
    {
        var ids = new ConcurrentQueue<string>();
        await using StubServer stub = await StubServer.StartAsync(async context =>
        {
            ids.Enqueue(context.Request.Headers["Last-Event-ID"].ToString());
            await BeginAsync(context, ids.Count == 1 ? 5 : 6);
            await SendAsync(context, ids.Count == 1 ? Event(6, "first") : Event(7, "second"));
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

        CommandResult result = (await CommandRun.RunAsync("tail", "--silence", "300ms", "--count", "2", "--json", "--hub", stub.Url)).Succeeded();

        Assert.Equal(["", "5f3a9c1e-6"], ids);
        Assert.Contains("not even a heartbeat: the connection is dead. Reconnecting in ", result.Error, StringComparison.Ordinal);
        Assert.Equal([Json(6, "first"), Json(7, "second")], result.Lines);
    }

    [Fact]
    public async Task Tail_QuietStreamWithHeartbeats_StaysOpenAndMovesItsPosition()
    {
        var ids = new ConcurrentQueue<string>();
        await using StubServer stub = await StubServer.StartAsync(async context =>
        {
            ids.Enqueue(context.Request.Headers["Last-Event-ID"].ToString());
            await BeginAsync(context, 5);
            if (ids.Count == 1)
            {
                using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
                for (int tip = 6; tip < 16; tip++)
                {
                    await timer.WaitForNextTickAsync();
                    await SendAsync(context, $": 5f3a9c1e-{tip}\n");
                }

                return; // An orderly end of the connection, as proxies cause.
            }

            await SendAsync(context, Event(16, "late"));
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

        CommandResult result = (await CommandRun.RunAsync("tail", "--silence", "5s", "--count", "1", "--json", "--hub", stub.Url)).Succeeded();

        Assert.Equal(["", "5f3a9c1e-15"], ids);
        Assert.DoesNotContain("dead", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_SameEventsAgain_AreDropped()
    {
        int requests = 0;
        await using StubServer stub = await StubServer.StartAsync(async context =>
        {
            requests++;
            await BeginAsync(context, 5);
            await SendAsync(context, requests == 1 ? Event(6, "a") + Event(7, "b") : Event(6, "a") + Event(7, "b") + Event(8, "c"));
        });

        CommandResult result = (await CommandRun.RunAsync("tail", "--since", "earliest", "--count", "3", "--json", "--hub", stub.Url)).Succeeded();

        Assert.Equal([Json(6, "a"), Json(7, "b"), Json(8, "c")], result.Lines);
    }

    [Fact]
    public async Task Tail_BusyHub_IsRetriedLater()
    {
        int requests = 0;
        await using StubServer stub = await StubServer.StartAsync(async context =>
        {
            if (requests++ == 0)
            {
                context.Response.StatusCode = 503;
                context.Response.ContentType = "application/problem+json";
                await context.Response.WriteAsync("""{"type":"https://longwave.dev/problems/too-many-connections","status":503,"detail":"18000 streams are open."}""");
                return;
            }

            await BeginAsync(context, 5);
            await SendAsync(context, Event(6, "a"));
        });

        CommandResult result = (await CommandRun.RunAsync("tail", "--count", "1", "--hub", stub.Url)).Succeeded();

        Assert.Contains("longwave: The hub answered: 18000 streams are open. Retrying in ", result.Error, StringComparison.Ordinal);
    }

    private static string Json(int offset, string data) =>
        $$"""{"specversion":"1.0","id":"5f3a9c1e-{{offset}}","source":"/v1/events","time":"2026-11-23T06:57:00.123Z","type":"message","topic":"t","position":"5f3a9c1e-{{offset}}","data":"{{data}}"}""";

    private static string Event(int offset, string data) => $"id: 5f3a9c1e-{offset}\ndata: {Json(offset, data)}\n\n";

    private static Task BeginAsync(HttpContext context, int tip)
    {
        context.Response.ContentType = "text/event-stream";
        return SendAsync(context, $": 5f3a9c1e-{tip}\nretry: 10\n");
    }

    private static async Task SendAsync(HttpContext context, string text)
    {
        await context.Response.WriteAsync(text);
        await context.Response.Body.FlushAsync();
    }
}
