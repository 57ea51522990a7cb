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

    [Fact]
    public async Task Event_WrongTimeOfDay_MeasuresLatencyAgainstTheFastestEvent()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        var clock = new WrongClock();
        using var http = new Client.Connections.HubHttp(new Uri(hub.Url), null, new Client.Connections.TokenSource(null), "test", clock);
        await using (var reporter = new TelemetryReporter(http, new ClientTelemetryOptions { SampleRate = 1 }))
        {
            ConnectionTimes times = ConnectionTimes.Sample(reporter, static () => 0)!;
            times.Connecting();
            times.Connected(isStream: true);
            foreach ((long receivedMs, long publishedMs) in ((long, long)[])[(1_000, 0), (1_500, 700), (2_000, 1_000), (2_700, 1_900)])
            {
                clock.Ms = receivedMs;
                times.Event(new ReceivedEvent("", "message", "") { Time = DateTimeOffset.UnixEpoch.AddYears(56).AddMilliseconds(publishedMs) });
            }
        }

        // 1,000 and 800 ms are the fastest so far; 1,000 is 200 above, and 800 is equal.
        Assert.Equal((2, 200), hub.Service<TelemetryTotals>().Times("latency", "stream"));
    }

    private sealed class WrongClock : TimeProvider
    {
        public long Ms { get; set; }

        public override long GetTimestamp() => Ms * (TimestampFrequency / 1_000);

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
