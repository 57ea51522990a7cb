using Longwave.Bench.Results;

namespace Longwave.Bench.Tests.Results;

public sealed class StatisticsTests
{
    [Fact]
    public void Slope_OfPointsOnALine_IsItsSlope() => Assert.Equal(1.5, Statistics.Slope([(3_000, 4_500), (6_000, 9_000), (9_000, 13_500)]), 9);

    [Fact]
    public void MedianSlope_OneOutlier_IsThatOfTheOtherPoints() =>
        Assert.Equal(2, Statistics.MedianSlope([(0, 0), (1, 2), (2, 4), (3, 500), (4, 8), (5, 10), (6, 12)]), 9);

    [Theory]
    [InlineData(1.5, true)]
    [InlineData(1.51, false)]
    public void IsMet_AtMost_IncludesTheBound(double value, bool met)
    {
        var target = new Target(AtMost: 1.5);

        Assert.Equal(met, target.IsMet(value));
        Assert.Equal("≤ 1.5", target.ToString());
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(9.9, false)]
    public void IsMet_AtLeast_IncludesTheBound(double value, bool met) => Assert.Equal(met, new Target(AtLeast: 10).IsMet(value));
}
