using Longwave.Client.Connections;

namespace Longwave.Client.Tests.Connections;

public sealed class DecorrelatedJitterTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Next_FirstFailure_IsOneToTwoFloors()
    {
        Assert.Equal(1, Waits(0, 1)[0]);
        Assert.Equal(2, Waits(1, 1)[0]);
        Assert.Equal(1.5, Waits(0.5, 1)[0]);
    }

    [Fact]
    public void Next_FailureAfterFailure_GrowsThreefoldUpToTheLongest()
    {
        Assert.Equal([2, 6, 10, 10, 10], Waits(1, 5));
        Assert.Equal([1, 1, 1, 1, 1], Waits(0, 5));
    }

    [Fact]
    public void Next_AnyRandomValue_StaysWithinItsBounds()
    {
        var random = new Random(7);
        for (int run = 0; run < 200; run++)
        {
            var backoff = new DecorrelatedJitter(Second * 10, random.NextDouble);
            TimeSpan before = Second * 2 / 3;
            for (int failure = 0; failure < 20; failure++)
            {
                TimeSpan wait = backoff.Next(Second);
                Assert.InRange(wait, Second, TimeSpan.FromTicks(Math.Min(Math.Max(before.Ticks, Second.Ticks) * 3, (Second * 10).Ticks)));
                before = wait;
            }
        }
    }

    [Fact]
    public void Next_TimeRequestedByTheHub_IsTheMinimum()
    {
        var backoff = new DecorrelatedJitter(Second * 2, () => 0);

        Assert.Equal(Second * 30, backoff.Next(Second, Second * 30));
        Assert.Equal(Second, backoff.Next(Second, TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void Next_SameTimeRequestedOfManyClients_IsSpread() =>
        Assert.Equal(Second * 45, new DecorrelatedJitter(Second * 2, () => 1).Next(Second, Second * 30));

    [Fact]
    public void Next_FloorIsRandomPerClient_IsOnlySlightlyLonger()
    {
        Assert.Equal(Second * 1.1, new DecorrelatedJitter(Second * 10, () => 1) { FloorIsRandom = true }.Next(Second));
        Assert.Equal(Second, new DecorrelatedJitter(Second * 10, () => 0) { FloorIsRandom = true }.Next(Second));
        Assert.Equal(Second * 45, new DecorrelatedJitter(Second * 10, () => 1) { FloorIsRandom = true }.Next(Second, Second * 30));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Next_TwoThousandClientsDisconnectedTogether_ReturnSpreadOut(bool ofHub)
    {
        var random = new Random(7);
        double[] waits = [.. Enumerable.Range(0, 2000)
            .Select(_ => new DecorrelatedJitter(Second * 30, random.NextDouble) { FloorIsRandom = ofHub }
                .Next(ofHub ? TimeSpan.FromSeconds(1 + (4 * random.NextDouble())) : Second * 3).TotalSeconds)
            .Order()];

        // The highest number in one second, as a multiple of the mean over the window. 2 is the limit of the benchmark of the same name.
        int most = waits.Select((first, i) => waits.Skip(i).TakeWhile(w => w - first <= 1).Count()).Max();
        Assert.InRange(most / (waits.Length / (waits[^1] - waits[0])), 0, 2);
    }

    [Fact]
    public void Next_FloorOfZero_StillWaits() =>
        Assert.True(new DecorrelatedJitter(Second, () => 0).Next(TimeSpan.Zero) >= TimeSpan.FromMilliseconds(10));

    [Fact]
    public void Reset_AfterFailures_NextPauseIsThatOfAFirstFailure()
    {
        var backoff = new DecorrelatedJitter(Second * 10, () => 1);
        backoff.Next(Second);
        backoff.Next(Second);

        backoff.Reset();

        Assert.Equal(Second * 2, backoff.Next(Second));
    }

    private static double[] Waits(double chance, int count)
    {
        var backoff = new DecorrelatedJitter(Second * 10, () => chance);
        return [.. Enumerable.Range(0, count).Select(_ => backoff.Next(Second).TotalSeconds)];
    }
}
