using Longwave.Engine.Health;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Server.Tests.Admission;

public sealed class MemoryWatchTests
{
    private readonly SteppedClock _clock = new();
    private int _collections;

    [Fact]
    public void IsShort_UseThatRisesAndFalls_ChangesOnceEachWay()
    {
        long used = 0;
        using MemoryWatch watch = Create(0.85, () => new MemoryUse(used, 100));
        (long Used, bool Short)[] steps = [(10, false), (85, false), (86, true), (84, true), (81, true), (80, false), (84, false), (100, true), (0, false)];
        foreach ((long use, bool expected) in steps)
        {
            used = use;
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(expected, watch.IsShort);
        }
    }

    [Fact]
    public void IsShort_CalledVeryOften_SamplesAFewTimesASecondAndCollectsAtMostOnceASecond()
    {
        int samples = 0;
        using MemoryWatch watch = Create(0.5, () =>
        {
            samples++;
            return new MemoryUse(99, 100);
        });
        for (int i = 0; i < 60_000; i++)
        {
            Assert.True(watch.IsShort);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(_collections, 59, 61);
        Assert.InRange(samples, 240, 240 + _collections);
    }

    /// <summary>Used memory that is only garbage is a shortage until the first collection.</summary>
    [Fact]
    public void IsShort_UseIsGarbage_EndsWithTheFirstCollection()
    {
        long used = 99;
        using MemoryWatch watch = Create(0.85, () => new MemoryUse(used, 100), () => used = 20);
        Assert.True(watch.IsShort);
        _clock.Advance(TimeSpan.Zero);
        Assert.False(watch.IsShort);
        Assert.Equal(1, _collections);
    }

    /// <summary>Without any request, the shortage ends with the first collection after the memory is free.</summary>
    [Fact]
    public void IsShort_MemoryIsFreed_EndsWithinASecond()
    {
        long held = 90;
        long used = 99;
        using MemoryWatch watch = Create(0.85, () => new MemoryUse(used, 100), () => used = held);
        Assert.True(watch.IsShort);
        _clock.Advance(TimeSpan.Zero);
        Assert.True(watch.IsShort);
        held = 10;
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_clock.HasTimer);
        Assert.False(watch.IsShort);
    }

    /// <summary>A large heap takes long to collect: the pauses take at most a tenth of the time.</summary>
    [Fact]
    public void IsShort_CollectionsTakeLong_AreRareEnough()
    {
        using MemoryWatch watch = Create(0.85, () => new MemoryUse(99, 100), () => _clock.Advance(TimeSpan.FromMilliseconds(500)));
        Assert.True(watch.IsShort);
        for (int i = 0; i < 1_000; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(_collections, 15, 20);
    }

    [Fact]
    public void NoteFailedAllocation_EnoughMemory_IsShortUntilTheCollection()
    {
        using MemoryWatch watch = Create(0.85, () => new MemoryUse(10, 100));
        Assert.False(watch.IsShort);
        watch.NoteFailedAllocation();
        Assert.True(watch.IsShort);
        _clock.Advance(TimeSpan.Zero);
        Assert.False(watch.IsShort);
        Assert.Equal(1, _collections);
    }

    [Fact]
    public void IsShort_SwitchedOff_NeverSamples()
    {
        using MemoryWatch watch = Create(0, () => throw new InvalidOperationException("sampled"));
        Assert.False(watch.IsShort);
    }

    [Fact]
    public void Read_ThisProcess_UsesPartOfTheAvailableMemory()
    {
        MemoryUse use = MemoryUse.Read();
        Assert.InRange(use.UsedBytes, 1, use.AvailableBytes);
    }

    private MemoryWatch Create(double share, Func<MemoryUse> read, Action? collect = null)
    {
        var options = new LongwaveOptions();
        options.Server.Admission.MaxMemoryShare = share;
        return new MemoryWatch(options, new BackgroundLoops(_clock, NullLoggerFactory.Instance), _clock, NullLogger<MemoryWatch>.Instance)
        {
            Read = read,
            Collect = () =>
            {
                _collections++;
                collect?.Invoke();
            },
        };
    }
}
