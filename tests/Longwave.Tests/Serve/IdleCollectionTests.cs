using Longwave.Serve;

namespace Longwave.Tests.Serve;

public sealed class IdleCollectionTests
{
    private const long Start = 1_000_000;

    [Fact]
    public void HasBegun_QuietAfterWork_IsTrueOnce()
    {
        var rest = new IdleCollection(Start);
        const long worked = Start + IdleCollection.WorkBytes;
        Assert.False(rest.HasBegun(worked));
        bool[] answers = [.. Enumerable.Range(0, 3 * IdleCollection.QuietTicks).Select(_ => rest.HasBegun(worked))];
        Assert.Equal(IdleCollection.QuietTicks - 1, Array.IndexOf(answers, true));
        Assert.Single(answers, true);
    }

    [Fact]
    public void HasBegun_WorkInEveryTick_IsFalse()
    {
        var rest = new IdleCollection(Start);
        Assert.All(Enumerable.Range(1, 100), tick => Assert.False(rest.HasBegun(Start + (tick * IdleCollection.QuietBytes))));
    }

    [Fact]
    public void HasBegun_LightUse_IsTrueOnlyAfterEnoughUse()
    {
        var rest = new IdleCollection(Start);
        const long little = IdleCollection.QuietBytes - 1;
        int first = Enumerable.Range(1, 1_000).First(tick => rest.HasBegun(tick * little));
        Assert.Equal((IdleCollection.WorkBytes + little - 1) / little, first);
    }

    [Fact]
    public void HasBegun_WorkAgain_IsTrueAgain()
    {
        var rest = new IdleCollection(Start);
        for (int burst = 1; burst <= 3; burst++)
        {
            long allocated = Start + (burst * IdleCollection.WorkBytes);
            rest.HasBegun(allocated);
            Assert.Single(Enumerable.Range(0, 2 * IdleCollection.QuietTicks).Select(_ => rest.HasBegun(allocated)), true);
        }
    }
}
