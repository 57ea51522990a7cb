using Longwave.Client.Subscriptions;
using Longwave.Client.Telemetry;
using Longwave.Client.Tests.Hosting;
using Longwave.Server.Manage;

namespace Longwave.Client.Tests.Telemetry;

public sealed class TelemetryReporterTests
{
    [Fact]
    public async Task Subscribe_WithTelemetry_IsCountedByTheHub()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        await using (var client = new LongwaveClient(hub.Url, new LongwaveClientOptions { Telemetry = new ClientTelemetryOptions { SampleRate = 1 } }))
        {
            await client.PublishBatchAsync([new("t", "a"), new("t", "b")]);
            Subscription subscription = client.Subscribe(new SubscriptionOptions { Selectors = ["t"], Since = SubscriptionOptions.Earliest });
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            int seen = 0;
            await foreach (ReceivedEvent _ in subscription.WithCancellation(patience.Token))
            {
                subscription.Mode = SubscriptionMode.Poll;
                if (++seen == 2)
                {
                    break;
                }
            }
        }

        TelemetryTotals totals = hub.Service<TelemetryTotals>();
        Assert.Equal(1, totals.Times("connect", "stream").Count);
        Assert.Equal(1, totals.Times("first-event", "stream").Count);
        Assert.Equal(2, totals.Times("latency", "stream").Count + totals.Times("latency", "poll").Count);
        Assert.Equal(1, totals.Posts);
    }

    [Fact]
    public async Task Subscribe_WithoutTelemetry_PostsNothing()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        await using (var client = new LongwaveClient(hub.Url))
        {
            await client.PublishAsync("t", "a");
            await foreach (ReceivedEvent _ in client.Subscribe(new SubscriptionOptions { Selectors = ["t"], Since = SubscriptionOptions.Earliest }))
            {
                break;
            }
        }

        Assert.Equal(0, hub.Service<TelemetryTotals>().Posts);
    }

    [Fact]
    public async Task Add_OverTheLimit_IsDropped()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        await using var client = new LongwaveClient(hub.Url);
        using var http = new Client.Connections.HubHttp(new Uri(hub.Url), null, new Client.Connections.TokenSource(null), "test", TimeProvider.System);
        await using (var reporter = new TelemetryReporter(http, new ClientTelemetryOptions { MaxWaiting = 150 }))
        {
            for (int i = 0; i < 1_000; i++)
            {
                reporter.Add(new TelemetrySample("reconnect", Cause: "network"));
            }
        }

        Assert.Equal(150, hub.Service<TelemetryTotals>().Reconnects("network"));
        Assert.Equal(2, hub.Service<TelemetryTotals>().Posts);
    }

    [Fact]
    public void Name_OfEveryCause_IsKnownToTheHub() =>
        Assert.All(Enum.GetValues<ReconnectCause>(), cause => Assert.Contains(ConnectionTimes.Name(cause), TelemetryTotals.Causes));
}
