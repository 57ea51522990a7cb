using Longwave.Tail;

namespace Longwave.Tests.Tail;

public sealed class SinceOptionTests
{
    [Theory]
    [InlineData("earliest", "earliest")]
    [InlineData("10m", "2026-11-23T06:47:00.000Z")]
    [InlineData("2026-11-23T06:00:00Z", "2026-11-23T06:00:00.000Z")]
    [InlineData("2026-11-23T08:00:00+02:00", "2026-11-23T06:00:00.000Z")]
    [InlineData("2026-11-23T06:00:00.25Z", "2026-11-23T06:00:00.250Z")]
    [InlineData("yesterday", null)]
    [InlineData("", null)]
    [InlineData("10", null)]
    [InlineData("2026", null)]
    public void Resolve_TypedValue_IsTheValueForTheHub(string text, string? expected) =>
        Assert.Equal(expected, SinceOption.Resolve(text, new StandingClock()));

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 23, 6, 57, 0, TimeSpan.Zero);
    }
}
