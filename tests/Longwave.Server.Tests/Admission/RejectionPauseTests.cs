using Longwave.Server.Admission;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Admission;

public sealed class RejectionPauseTests
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private readonly RejectionPause _pause = new();

    [Fact]
    public void Next_ClientThatReturnsAsAsked_DoublesUpToTheLimit()
    {
        var pauses = new List<double>();
        for (int i = 0; i < 8; i++)
        {
            TimeSpan pause = _pause.Next(Shortest, _clock);
            pauses.Add(pause.TotalSeconds);
            _clock.Advance(pause * 1.5);
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 32, 32], pauses);
    }

    [Fact]
    public void Next_ManyClientsAtOnce_CountAsOneRound()
    {
        for (int i = 0; i < 1_000; i++)
        {
            Assert.Equal(Shortest, _pause.Next(Shortest, _clock));
        }
    }

    [Fact]
    public void Next_AfterQuietTime_BeginsAgain()
    {
        _pause.Next(Shortest, _clock);
        _clock.Advance(Shortest);
        Assert.Equal(Shortest * 2, _pause.Next(Shortest, _clock));
        _clock.Advance(Shortest * 9);
        Assert.Equal(Shortest, _pause.Next(Shortest, _clock));
    }
}
