using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Metrics;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.Subscribers;

/// <summary>What patterns cost is counted when a stream is admitted, and returned on every path on which it ends.</summary>
public sealed class PatternAccountTests
{
    private static readonly Selector Cheap = Select("a/{x}");

    [Fact]
    public void TryCharge_EachLimit_RejectsAndCountsNothing()
    {
        var limits = new HubLimits { MaxSubscriptionCost = 3 * Cheap.Cost, MaxClientCost = 4 * Cheap.Cost, MaxPatternCost = 6 * Cheap.Cost };
        var account = new PatternAccount(limits);
        Assert.Equal(SubscribeOutcome.SubscriptionTooCostly, account.TryCharge([.. Range(0, 4)], "c", out PatternCharge? none));
        Assert.Null(none);
        Assert.Equal(0, account.Cost);

        Assert.Equal(SubscribeOutcome.Accepted, account.TryCharge([.. Range(0, 3)], "c", out PatternCharge? first));
        Assert.Equal(SubscribeOutcome.ClientTooCostly, account.TryCharge([.. Range(0, 2)], "c", out _));
        Assert.Equal(SubscribeOutcome.Accepted, account.TryCharge([.. Range(3, 3)], "another", out PatternCharge? second));
        Assert.Equal(SubscribeOutcome.TooManyPatterns, account.TryChargeGrants([.. Range(6, 1)], null, out _));

        // Equal patterns count once for the hub, and for each client.
        Assert.Equal(SubscribeOutcome.Accepted, account.TryCharge([.. Range(0, 3)], null, out PatternCharge? third));
        Assert.Equal(6 * Cheap.Cost, account.Cost);
        account.Return(first);
        Assert.Equal(6 * Cheap.Cost, account.Cost);
        account.Return(second);
        account.Return(third);
        Assert.Equal((0, 0), (account.Cost, account.Count));
        Assert.Equal(SubscribeOutcome.Accepted, account.TryCharge([.. Range(0, 3)], "c", out _));
    }

    [Fact]
    public void TryCharge_TopicWouldMeetTooManyPatterns_IsNotInline()
    {
        var account = new PatternAccount(new HubLimits { MaxInlinePatterns = 3 });
        Assert.True(Charge("a/{x}").IsInline);
        Assert.True(Charge("a/b/{x}").IsInline);
        PatternCharge deep = Charge("a/b/c/{x}");
        Assert.True(deep.IsInline);

        // A topic a/b/c/… would meet a fourth pattern, wherever its prefix ends; other topics would not, and an equal pattern adds nothing.
        Assert.False(Charge("{x}/y").IsInline);
        Assert.False(Charge("a/b/c/d/{x}").IsInline);
        Assert.False(Charge("b/{x}", "a/{x}/y").IsInline);
        Assert.True(Charge("a/b/{x}").IsInline);
        Assert.True(Charge("b/{x}", "b/c/{x}").IsInline);
        account.Return(deep);
        Assert.True(Charge("{x}/y").IsInline);
        PatternCharge Charge(params string[] texts)
        {
            Assert.Equal(SubscribeOutcome.Accepted, account.TryCharge([.. texts.Select(Select)], null, out PatternCharge? charge));
            return charge!;
        }
    }

    [Fact]
    public async Task Cost_StreamEndsOnAnyPath_IsReturned()
    {
        await using var hub = new TestHub(new EngineOptions { DrainWindow = TimeSpan.FromMilliseconds(1), Limits = { MaxInlinePatterns = 1 } });
        long Cost() => hub.Engine.Metrics.Read(HubGauge.PatternCost);
        foreach (CloseReason reason in Enum.GetValues<CloseReason>())
        {
            MemorySink[] sinks = [Open(hub, "x/{y}", "g/{y}"), Open(hub, "{other}", "g/{z}")];
            Assert.NotEqual(0, Cost());
            foreach (MemorySink sink in sinks)
            {
                sink.Subscriber!.Close(reason);
                await sink.Subscriber.Completion;
            }

            Assert.Equal(0, Cost());
        }

        // Admitted and abandoned.
        Assert.Equal(SubscribeOutcome.Accepted, hub.Engine.TryAdmit(Request("x/{y}", "g/{y}"), new MemorySink(), out Subscriber? admitted));
        hub.Engine.Abandon(admitted!);
        Assert.Equal(0, Cost());

        // Rejected because of its grants.
        hub.Options.Limits.MaxSubscriptionCost = Cheap.Cost + 10;
        Assert.Equal(SubscribeOutcome.SubscriptionTooCostly, hub.Engine.TryAdmit(Request("x/{y}", "g/{+y}{?a,b,c,d}"), new MemorySink(), out _));
        Assert.Equal((0, 0), (Cost(), hub.Engine.ConnectionCount));

        // Renewed, also after its end.
        Subscriber renewed = Open(hub, "x/{y}", "g/{y}").Subscriber!;
        long before = Cost();
        Assert.Equal(RenewOutcome.TooCostly, renewed.Renew(Holder("g/{+y}{?a,b,c,d}")));
        Assert.Equal(before, Cost());
        Assert.Equal(RenewOutcome.Renewed, renewed.Renew(Holder("g/exact")));
        Assert.InRange(Cost(), 1, before - 1);
        renewed.Close(CloseReason.ClientGone);
        await renewed.Completion;
        Assert.Equal(RenewOutcome.Ending, renewed.Renew(Holder("g/{y}")));
        Assert.Equal(0, Cost());

        // Drained.
        Open(hub, "x/{y}", "g/{y}");
        await hub.Engine.DrainAsync(CancellationToken.None);
        Assert.Equal(0, Cost());
    }

    /// <summary>The first subscription is served by a delivery thread, the others by the costly one: each receives its events once, in order.</summary>
    [Fact]
    public async Task TrySubscribe_CostlySubscriptions_ReceiveTheirEventsInOrder()
    {
        await using var hub = new TestHub(new EngineOptions { Shards = 1, Limits = { MaxInlinePatterns = 1 } });
        MemorySink[] sinks = [hub.Subscribe("n/{x}"), hub.Subscribe("n/{+x}"), hub.Subscribe(["{+x}", "n/{x}"]), hub.Subscribe("{a}/{b}", since: Since.Earliest)];
        for (int i = 0; i < 300; i++)
        {
            await hub.PublishAsync($"n/{i}", $"{i}");
        }

        MemorySink late = hub.Subscribe("{y}/{z}", since: Since.Earliest);
        foreach (MemorySink sink in sinks.Append(late))
        {
            Assert.Equal(Enumerable.Range(0, 300).Select(static i => $"{i}"), await sink.TakeDataAsync(300));
        }
    }

    private static IEnumerable<Selector> Range(int start, int count) => Enumerable.Range(start, count).Select(static i => Select($"{(char)('a' + i)}/{{x}}"));

    private static MemorySink Open(TestHub hub, string selector, string granted)
    {
        var sink = new MemorySink();
        Assert.Equal(SubscribeOutcome.Accepted, hub.Engine.TrySubscribe(Request(selector, granted), sink, out _));
        return sink;
    }

    private static SubscribeRequest Request(string selector, string granted) => new() { Selectors = [Select(selector)], Identity = Holder(granted), Client = "c" };

    private static StreamIdentity Holder(string granted) => new() { Connection = "1", Access = new ReadAccess([new Grant(Select(granted))], []) };

    private static Selector Select(string text) => Selector.TryParse(text, out Selector? parsed, out string? error) ? parsed : throw new ArgumentException(error, nameof(text));
}
