using Longwave.Hubs;

namespace Longwave.Tests.Hubs;

public sealed class BackoffTests
{
    [Fact]
    public void Next_FailureAfterFailure_DoublesWithinItsBounds()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));

        foreach (double doubled in new[] { 1, 2, 4, 8, 10, 10, 10 }.Concat(Enumerable.Repeat(10, 100)))
        {
            Assert.InRange(backoff.Next(null).TotalSeconds, doubled / 2, doubled);
        }
    }

    [Fact]
    public void Next_TimeThatTheHubAskedFor_IsNeverLess()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.FromSeconds(30), backoff.Next(TimeSpan.FromSeconds(30)));
        Assert.InRange(backoff.Next(TimeSpan.FromMilliseconds(1)).TotalSeconds, 1, 2);
    }
}
