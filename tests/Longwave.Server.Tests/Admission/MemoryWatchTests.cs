using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Server.Tests.Admission;

public sealed class MemoryWatchTests
{
    private readonly ManualClock _clock = new();
    private int _collections;

    [Fact]
    public void IsShort_UseThatRisesAndFalls_ChangesOnceEachWay()
    {
        long used = 0;
        MemoryWatch watch = Create(0.85, () => new MemoryUse(used, 100));
        (long Used, bool Short)[] steps = [(10, false), (85, false), (86, true), (84, true), (81, true), (80, false), (84, false), (100, true), (0, false)];
        foreach ((long use, bool expected) in steps)
        {
            used = use;
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(expected, watch.IsShort);
        }
    }

    [Fact]
    public void IsShort_CalledVeryOften_SamplesAFewTimesASecondAndRarelyCollects()
    {
        int looks = 0;
        MemoryWatch watch = Create(0.5, () =>
        {
            looks++;
            return new MemoryUse(99, 100);
        });
        for (int i = 0; i < 60_000; i++)
        {
            Assert.True(watch.IsShort);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(240, looks);
        Assert.Equal(6, _collections);
    }

    [Fact]
    public void IsShort_SwitchedOff_NeverSamples() =>
        Assert.False(Create(0, () => throw new InvalidOperationException("looked")).IsShort);

    [Fact]
    public void Read_ThisProcess_UsesPartOfTheAvailableMemory()
    {
        MemoryUse use = MemoryUse.Read();
        Assert.InRange(use.UsedBytes, 1, use.AvailableBytes);
    }

    private MemoryWatch Create(double share, Func<MemoryUse> read)
    {
        var options = new LongwaveOptions();
        options.Server.Admission.MaxMemoryShare = share;
        return new MemoryWatch(options, _clock, NullLogger<MemoryWatch>.Instance) { Read = read, Collect = () => _collections++ };
    }
}
