using Longwave.Arguments;

namespace Longwave.Tests.Arguments;

public sealed class DurationTests
{
    [Theory]
    [InlineData("90s", 90_000)]
    [InlineData("10m", 600_000)]
    [InlineData("2h30m", 9_000_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1_500)]
    [InlineData("1m500ms", 60_500)]
    public void TryParse_Duration_IsRead(string text, long ms)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan duration));
        Assert.Equal(TimeSpan.FromMilliseconds(ms), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("m")]
    [InlineData("-5m")]
    [InlineData("5 m")]
    [InlineData("5m3h")]
    [InlineData("999999d")]
    public void TryParse_InvalidDuration_IsRejected(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData(50, "50 ms")]
    [InlineData(1_234, "1.2 s")]
    [InlineData(65_000, "65 s")]
    [InlineData(600_000, "10 min")]
    [InlineData(9_000_000, "2.5 h")]
    [InlineData(604_800_000, "7 days")]
    public void Format_Duration_IsShort(long ms, string expected) => Assert.Equal(expected, Duration.Format(TimeSpan.FromMilliseconds(ms)));
}
