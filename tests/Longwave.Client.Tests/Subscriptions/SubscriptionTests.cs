using System.Net;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Client.Subscriptions;
using Longwave.Client.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace Longwave.Client.Tests.Subscriptions;

public sealed class SubscriptionTests
{
    [Fact]
    public async Task Subscribe_EveryOption_IsInTheRequest()
    {
        string? query = null;
        string? cache = null;
        await using StubServer server = await StubServer.StartAsync(context =>
        {
            query = WebUtility.UrlDecode(context.Request.QueryString.Value);
            cache = context.Request.Headers.CacheControl;
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        await using var client = new LongwaveClient(server.Url);

        Assert.Empty(await AllAsync(client.Subscribe(new SubscriptionOptions
        {
            Selectors = ["prices/{symbol}", "a&b"],
            Types = ["trade"],
            Since = SubscriptionOptions.SinceTime(new DateTimeOffset(2026, 11, 23, 7, 57, 0, TimeSpan.FromHours(1))),
            MaxRate = 0.5,
            Conflate = true,
        })));

        Assert.Equal("?topic=prices/{symbol}&topic=a&b&type=trade&since=2026-11-23T06:57:00.000Z&format=cloudevents&max_rate=0.5&conflate=key", query);

        // As a browser's EventSource does: caches must revalidate with the origin.
        Assert.Equal("no-cache", cache);
    }

    [Fact]
    public async Task Changed_ConnectionLostAndRestored_ReportsEachState()
    {
        int requests = 0;
        await using StubServer server = await StubServer.StartAsync(async context =>
        {
            if (++requests == 2)
            {
                await StubServer.AnswerAsync(context, 503, """{"type":"https://longwave.dev/problems/overloaded","status":503,"detail":"Busy."}""", "application/problem+json");
                return;
            }

            context.Response.StatusCode = requests == 3 ? 204 : 200;
            if (requests == 1)
            {
                context.Response.ContentType = "text/event-stream";
                await context.Response.WriteAsync(": 5f3a9c1e-1\nretry: 10\n");
            }
        });
        await using var client = new LongwaveClient(server.Url);
        var changes = new List<SubscriptionChange>();

        Assert.Empty(await AllAsync(client.Subscribe(new SubscriptionOptions { Selectors = ["t"], Changed = changes.Add })));

        Assert.Equal(
            [
                (SubscriptionState.Connecting, null, 1),
                (SubscriptionState.Streaming, null, 1),
                (SubscriptionState.Waiting, ReconnectCause.Ended, 0),
                (SubscriptionState.Connecting, ReconnectCause.Ended, 1),
                (SubscriptionState.Waiting, ReconnectCause.Refused, 1),
                (SubscriptionState.Connecting, ReconnectCause.Refused, 2),
                (SubscriptionState.Stopped, (ReconnectCause?)ReconnectCause.Refused, 2),
            ],
            changes.Select(c => (c.State, c.Cause, c.Attempt)));
        Assert.Equal("The hub answered: Busy.", changes[4].Failure!.Message);
        Assert.Equal("5f3a9c1e-1", changes[3].LastEventId);
        Assert.True(changes[2].Delay > TimeSpan.Zero);
    }

    [Fact]
    public async Task Subscribe_StreamOfAnotherServer_IsRead()
    {
        await using StubServer server = await StubServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(context.Request.Headers["Last-Event-ID"].Count == 0
                ? $"retry: 10\nid: x\nevent: longwave.gap\ndata: {context.Request.Path}{context.Request.QueryString}\n\n"
                : "data: 2\n\n");
        });
        await using var client = new LongwaveClient(server.Url);
        var seen = new List<(string, string, string)>();

        await foreach (ReceivedEvent e in client.Subscribe(new SubscriptionOptions { Address = new Uri("feed?a=b", UriKind.Relative) }))
        {
            seen.Add((e.Id, e.Type, e.Data));
            if (seen.Count == 2)
            {
                break;
            }
        }

        Assert.Equal([("x", "longwave.gap", "/feed?a=b"), ("x", "message", "2")], seen);
    }

    [Fact]
    public async Task Subscribe_StreamOfAnotherOrigin_GetsNoToken()
    {
        var heard = new List<string>();
        await using StubServer server = await StubServer.StartAsync(context =>
        {
            heard.Add(context.Request.Headers.Authorization.ToString());
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        var options = new LongwaveClientOptions { TokenProvider = _ => new("secret") };
        await using var other = new LongwaveClient("http://hub.example", options);
        await using var same = new LongwaveClient(server.Url, options);

        Assert.Empty(await AllAsync(other.Subscribe(new SubscriptionOptions { Address = new Uri(server.Url + "/feed") })));
        Assert.Empty(await AllAsync(same.Subscribe(new SubscriptionOptions { Address = new Uri(server.Url + "/feed") })));

        Assert.Equal(["", "Bearer secret"], heard);
    }

    [Fact]
    public async Task Subscribe_TokenProviderFails_IsRetriedAndReported()
    {
        await using StubServer server = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer good" ? 204 : 500;
            return Task.CompletedTask;
        });
        int calls = 0;
        var options = new LongwaveClientOptions { TokenProvider = _ => ++calls == 1 ? throw new InvalidOperationException("No network.") : new("good") };
        await using var client = new LongwaveClient(server.Url, options);
        var failures = new List<HubFailure?>();

        Assert.Empty(await AllAsync(client.Subscribe(new SubscriptionOptions
        {
            Selectors = ["t"],
            Reconnect = new ReconnectOptions { MinDelay = TimeSpan.FromMilliseconds(10) },
            Changed = change => failures.Add(change.State == SubscriptionState.Waiting ? change.Failure : null),
        })));

        HubFailure failure = Assert.Single(failures.OfType<HubFailure>());
        Assert.Equal((FailureKind.NoToken, "The token provider failed: No network."), (failure.Kind, failure.Message));
    }

    [Fact]
    public async Task ReconnectNow_WhileWaiting_EndsTheWait()
    {
        int requests = 0;
        await using StubServer server = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = ++requests == 1 ? 503 : 204;
            context.Response.Headers.RetryAfter = "600";
            return Task.CompletedTask;
        });
        await using var client = new LongwaveClient(server.Url);
        var waiting = new TaskCompletionSource();
        Subscription subscription = client.Subscribe(new SubscriptionOptions
        {
            Selectors = ["t"],
            Changed = change => _ = change is { State: SubscriptionState.Waiting, Delay.TotalSeconds: >= 600 } && waiting.TrySetResult(),
        });

        Task<List<ReceivedEvent>> all = AllAsync(subscription);
        await waiting.Task;
        while (!all.IsCompleted && requests < 2)
        {
            // The delay begins immediately after the callback.
            subscription.ReconnectNow();
            await Task.WhenAny(all, Task.Delay(20));
        }

        Assert.Empty(await all.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Subscribe_OwnHttpClient_IsUsed()
    {
        await using StubServer server = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Headers["X-Mine"] == "1" ? 204 : 400;
            return Task.CompletedTask;
        });
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Mine", "1");
        await using var client = new LongwaveClient(new Uri(server.Url), http);

        Assert.Empty(await AllAsync(client.Subscribe("t")));
    }

    [Fact]
    public async Task Subscribe_Cancelled_ThrowsAndIsStopped()
    {
        await using StubServer server = await StubServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(": 5f3a9c1e-1\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await using var client = new LongwaveClient(server.Url);
        using var cancelling = new CancellationTokenSource();
        var states = new List<SubscriptionState>();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AllAsync(
            client.Subscribe(new SubscriptionOptions
            {
                Selectors = ["t"],
                Changed = change =>
                {
                    states.Add(change.State);
                    if (change.State == SubscriptionState.Streaming)
                    {
                        cancelling.Cancel();
                    }
                },
            }),
            cancelling.Token));

        Assert.Equal([SubscriptionState.Connecting, SubscriptionState.Streaming, SubscriptionState.Stopped], states);
    }

    [Fact]
    public void Subscribe_InvalidOptions_AreRejected()
    {
        var client = new LongwaveClient("http://localhost:8080");
        Assert.Throws<ArgumentException>(() => client.Subscribe());
        Assert.Throws<ArgumentException>(() => client.Subscribe(new SubscriptionOptions { Selectors = ["t"], MaxRate = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => client.Subscribe(new SubscriptionOptions { Selectors = ["t"], Heartbeat = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => new LongwaveClient("localhost:8080"));
        Assert.Throws<ArgumentException>(() => new LongwaveClient("not a url"));
    }

    private static async Task<List<ReceivedEvent>> AllAsync(Subscription subscription, CancellationToken cancellation = default)
    {
        var events = new List<ReceivedEvent>();
        await foreach (ReceivedEvent e in subscription.WithCancellation(cancellation))
        {
            events.Add(e);
        }

        return events;
    }
}
