using Longwave.Demo;

namespace Longwave.Tests.Demo;

public sealed class PaceTests
{
    [Fact]
    public void DueAt_Speed_IsTheTimeDividedByTheSpeed()
    {
        Assert.True(Pace.TryParseSpeed("600x", out Pace pace));

        Assert.Equal(TimeSpan.FromSeconds(1), pace.DueAt(99, TimeSpan.FromMinutes(10)));
        Assert.Equal("600 times the original speed", pace.ToString());
    }

    [Fact]
    public void DueAt_Rate_IsTheIndexDividedByTheRate()
    {
        Assert.True(Pace.TryParseRate("20/s", out Pace pace));

        Assert.Equal(TimeSpan.FromSeconds(5), pace.DueAt(100, TimeSpan.FromDays(1)));
        Assert.Equal("20 events per second", pace.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("NaN")]
    [InlineData("600 x")]
    public void TryParse_InvalidPace_IsRejected(string text)
    {
        Assert.False(Pace.TryParseSpeed(text, out _));
        Assert.False(Pace.TryParseRate(text, out _));
    }
}
