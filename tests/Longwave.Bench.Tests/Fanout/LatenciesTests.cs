using Longwave.Bench.Fanout;

namespace Longwave.Bench.Tests.Fanout;

public sealed class LatenciesTests
{
    [Fact]
    public void PercentileMs_NoValues_IsZero() => Assert.Equal(0, new Latencies().PercentileMs(0.99));

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(1_000)]
    [InlineData(999_983)]
    [InlineData(int.MaxValue)]
    public void PercentileMs_OfOneValue_IsAtMostOneSixtyFourthAbove(int microseconds)
    {
        var latencies = new Latencies();
        latencies.Add(microseconds);

        Assert.InRange(latencies.PercentileMs(0.5) * 1000, microseconds, microseconds * (1 + (1.0 / 64)) + 0.001);
    }

    [Fact]
    public void PercentileMs_OfThousandValues_CountsEveryOne()
    {
        var latencies = new Latencies();
        for (int microseconds = 1; microseconds <= 1_000; microseconds++)
        {
            latencies.Add(microseconds);
        }

        Assert.Equal(1_000, latencies.Count);
        Assert.InRange(latencies.PercentileMs(0.5), 0.5, 0.51);
        Assert.InRange(latencies.PercentileMs(0.99), 0.99, 1.01);
    }

    [Fact]
    public void Clear_AfterValues_RemovesThem()
    {
        var latencies = new Latencies();
        latencies.Add(5_000);
        latencies.Clear();
        latencies.Add(10);

        Assert.Equal(0.01, latencies.PercentileMs(1), 6);
    }
}
