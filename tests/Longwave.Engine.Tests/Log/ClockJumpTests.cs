using Longwave.Engine.Configuration;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.EventStream;

namespace Longwave.Engine.Tests.Log;

/// <summary>Jumps of the system clock, from a second to ten years, in both directions.</summary>
public sealed class ClockJumpTests
{
    private static readonly TimeSpan Age = TimeSpan.FromHours(1);
    private static readonly TimeSpan Confirmation = TimeSpan.FromMinutes(10);

    public static TheoryData<long> Seconds
    {
        get
        {
            var rows = new TheoryData<long>();
            foreach (long seconds in new long[] { 1, 5, 60, 3_600, 86_400, 30 * 86_400L, 366 * 86_400L, 3_650 * 86_400L })
            {
                rows.Add(seconds);
                rows.Add(-seconds);
            }

            return rows;
        }
    }

    /// <summary>The clock is wrong for five seconds: no event is removed, no later event has a wrong time, and <c>since</c> finds what it should.</summary>
    [Theory]
    [MemberData(nameof(Seconds))]
    public async Task Publish_WrongJump_RemovesNothingAndStampsTheTime(long seconds)
    {
        var clock = new ManualClock();
        await using TestHub hub = Open(clock);
        await hub.PublishAsync("t", "before");
        clock.Jump(TimeSpan.FromSeconds(seconds));
        await hub.PublishAsync("t", "within");
        Assert.Equal(Math.Abs(seconds) > 2 ? HubHealth.ClockJumped : HubHealth.Healthy, hub.Engine.Health);
        for (int second = 0; second < 5; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await RetainAsync(hub);
        }

        clock.Jump(TimeSpan.FromSeconds(-seconds));
        clock.Advance(TimeSpan.FromMinutes(1));
        DateTimeOffset right = clock.GetUtcNow();
        await hub.PublishAsync("t", "after");
        await RetainAsync(hub);
        Assert.Equal(HubHealth.Healthy, hub.Engine.Health);
        Assert.Equal(["before", "within", "after"], (await ReadAsync(hub, Since.Earliest)).Where(static data => !data.StartsWith("retain", StringComparison.Ordinal)));
        Assert.Equal("after", (await ReadAsync(hub, Since.At(right)))[0]);
        Assert.DoesNotContain("after", await ReadAsync(hub, Since.At(right.AddSeconds(1))));
    }

    /// <summary>The clock keeps its new time: the hub accepts it, and events from before it stay for their age.</summary>
    [Theory]
    [MemberData(nameof(Seconds))]
    public async Task Publish_LastingJump_IsAcceptedAndEventsStayForTheirAge(long seconds)
    {
        var clock = new ManualClock();
        await using TestHub hub = Open(clock);
        clock.Jump(TimeSpan.FromSeconds(seconds));
        await hub.PublishAsync("t", "within");
        clock.Advance(Confirmation + TimeSpan.FromSeconds(1));
        await hub.PublishAsync("t", "accepted");
        await RetainAsync(hub);
        Assert.Equal(HubHealth.Healthy, hub.Engine.Health);
        Assert.Equal(["within", "accepted"], (await ReadAsync(hub, Since.Earliest)).Where(static data => !data.StartsWith("retain", StringComparison.Ordinal)));
        if (seconds > 0)
        {
            Assert.Equal("accepted", (await ReadAsync(hub, Since.At(clock.GetUtcNow().AddSeconds(-1)))).First(static data => !data.StartsWith("retain", StringComparison.Ordinal)));
            clock.Advance(2 * Age);
            await hub.PublishAsync("other", "x");
            await CounterScenario.UntilAsync(() => hub.Engine.Topics(null, null, 10).Topics.All(static topic => topic.Name != "t" || topic.Count == 0), clock);
        }
    }

    /// <summary>The clock is wrong when the hub starts, and becomes right before the confirmation.</summary>
    [Theory]
    [MemberData(nameof(Seconds))]
    public async Task Open_WrongClock_RemovesNothing(long seconds)
    {
        var clock = new ManualClock();
        await using TestHub hub = Open(clock);
        await hub.PublishAsync("t", "before");
        clock.Jump(TimeSpan.FromSeconds(seconds));
        await hub.RestartAsync();
        clock.Advance(TimeSpan.FromSeconds(5));
        await RetainAsync(hub);
        clock.Jump(TimeSpan.FromSeconds(-seconds));
        clock.Advance(TimeSpan.FromSeconds(5));
        await RetainAsync(hub);
        Assert.Contains("before", await ReadAsync(hub, Since.Earliest));
    }

    /// <summary>A log that no event reached for a while: the time is that of the clock at once, and retention follows after the confirmation.</summary>
    [Fact]
    public async Task Open_AfterAPause_RetentionFollowsAfterTheConfirmation()
    {
        var clock = new ManualClock();
        string directory = Directory.CreateTempSubdirectory("longwave-").FullName;
        await using (TestHub earlier = Open(clock, directory))
        {
            await earlier.PublishAsync("t", "before");
        }

        clock.Advance(TimeSpan.FromDays(2));
        TestHub hub = Open(clock, directory);
        DateTimeOffset now = clock.GetUtcNow();
        await hub.PublishAsync("other", "after");
        Assert.Equal(["after"], await ReadAsync(hub, Since.At(now), "other"));
        await RetainAsync(hub);
        Assert.Contains("before", await ReadAsync(hub, Since.Earliest));
        clock.Advance(Confirmation);
        await CounterScenario.UntilAsync(() => hub.Engine.Topics(null, null, 10).Topics.All(static topic => topic.Name != "t" || topic.Count == 0), clock);
        await hub.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private static TestHub Open(ManualClock clock, string? directory = null) => new(
        new EngineOptions
        {
            ClockConfirmation = Confirmation,
            RetentionInterval = TimeSpan.FromMilliseconds(10),
            Policies = [new TopicPolicy { Selector = "count", MaxCount = 1, MaxAge = TimeSpan.Zero }, new TopicPolicy { Selector = "*", MaxAge = Age }],
        },
        clock,
        directory);

    /// <summary>Runs retention: returns after a pass that began after the call has removed an event by count.</summary>
    private static async Task RetainAsync(TestHub hub)
    {
        await hub.PublishManyAsync("count", 2, static _ => "retain");
        ((ManualClock)hub.Clock).Advance(TimeSpan.FromMilliseconds(10));
        await CounterScenario.UntilAsync(() => hub.Engine.Topics(null, null, 10).Topics.Single(static topic => topic.Name == "count").Count == 1);
    }

    private static async Task<List<string>> ReadAsync(TestHub hub, Since since, string selector = "*") =>
        [.. (await hub.Subscribe(selector, since: since, endWhenLive: true).AllAsync()).Where(static one => !one.Type.StartsWith("longwave.", StringComparison.Ordinal)).Select(static (ServerSentEvent one) => one.Data)];
}
