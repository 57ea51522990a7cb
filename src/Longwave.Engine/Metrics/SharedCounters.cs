using System.Runtime.CompilerServices;

namespace Longwave.Engine.Metrics;

/// <summary>
/// One counter for each value of an enum, for events on any thread: requests of clients, and rejections. Not for deliveries, which have
/// <see cref="Counters{TLabel}"/>.
/// </summary>
/// <typeparam name="TLabel">The enum; its values are 0, 1, 2 and so on.</typeparam>
internal sealed class SharedCounters<TLabel>
    where TLabel : struct, Enum
{
    private readonly long[] _values = new long[Enum.GetValues<TLabel>().Length];

    public void Add(TLabel label) => Interlocked.Increment(ref _values[Unsafe.BitCast<TLabel, int>(label)]);

    public long Read(TLabel label) => Volatile.Read(ref _values[Unsafe.BitCast<TLabel, int>(label)]);
}
