using System.Text;
using Longwave.Client.Subscriptions;
using Longwave.Client.Tests.Hosting;
using Longwave.Engine.Publishing;
using Longwave.Protocol.Events;
using Longwave.Server;

namespace Longwave.Client.Tests.Subscriptions;

/// <summary>A client with default options receives every event that a hub with default limits accepts.</summary>
public sealed class EventLimitTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(SubscriptionFormat.Raw, SubscriptionMode.Stream)]
    [InlineData(SubscriptionFormat.CloudEvents, SubscriptionMode.Stream)]
    [InlineData(SubscriptionFormat.Raw, SubscriptionMode.Poll)]
    [InlineData(SubscriptionFormat.CloudEvents, SubscriptionMode.Poll)]
    public async Task Subscribe_LargestEvents_ArriveInEveryFormat(SubscriptionFormat format, SubscriptionMode mode)
    {
        await using TestHub hub = await TestHub.StartedAsync();
        LongwavePublisher publisher = hub.Service<LongwavePublisher>();
        string text = new('\u0001', EventSizes.DefaultMaxDataBytes);
        Event[] events =
        [
            new Event { Topic = "t/0", Data = Encoding.UTF8.GetBytes(text) },
            new Event { Topic = "t/1", Data = Encoding.UTF8.GetBytes(text), ContentType = "application/json" },
            new Event
            {
                Topic = "t/2" + new string('"', EventRules.MaxTopicBytes - 3),
                Alternates = [.. Enumerable.Range(0, EventRules.MaxAlternates).Select(static i => $"t/{i:000}" + new string('"', EventRules.MaxTopicBytes - 5))],
                Type = new string('"', EventRules.MaxTypeBytes),
                Key = new string('"', EventRules.MaxKeyBytes),
                Data = Encoding.UTF8.GetBytes(text),
            },
        ];
        foreach (Event e in events)
        {
            Assert.Equal(PublishOutcome.Accepted, (await publisher.PublishAsync(e)).Outcome);
        }

        Assert.Equal(PublishOutcome.InvalidEvent, (await publisher.PublishAsync(new Event { Topic = "t/0", Data = Encoding.UTF8.GetBytes(text + "x") })).Outcome);

        await using var client = new LongwaveClient(hub.Url);
        using var patience = new CancellationTokenSource(Patience);
        var options = new SubscriptionOptions { Selectors = ["t/*"], Since = SubscriptionOptions.Earliest, Format = format, Mode = mode, PollInterval = TimeSpan.FromMilliseconds(10) };
        int received = 0;
        await foreach (ReceivedEvent e in client.Subscribe(options).WithCancellation(patience.Token))
        {
            Assert.Equal(events[received].Topic, e.Topic);
            Assert.True(e.Data == text, $"Event {received} has other data.");
            if (++received == events.Length)
            {
                break;
            }
        }

        Assert.Equal(events.Length, received);
    }
}
