using System.Numerics;

namespace Longwave.Engine.Metrics;

/// <summary>
/// Number of values by their size in powers of two: bucket 0 counts zeros, and bucket <c>i</c> counts values from 2^(i-1) to 2^i - 1. One thread
/// records, any thread reads, as in <see cref="Counters{TLabel}"/>.
/// </summary>
internal sealed class Histogram
{
    /// <summary>Number of buckets: zero, and one for each bit of a positive 64-bit value.</summary>
    public const int Buckets = 64;

    private readonly long[] _buckets = new long[Buckets];

    /// <summary>Counts a value; a negative one counts as zero. Owner thread only.</summary>
    public void Record(long value) => _buckets[value <= 0 ? 0 : BitOperations.Log2((ulong)value) + 1]++;

    /// <summary>Adds the counts to those of other threads. For any thread.</summary>
    public void AddTo(Span<long> buckets)
    {
        for (int i = 0; i < Buckets; i++)
        {
            buckets[i] += Volatile.Read(ref _buckets[i]);
        }
    }
}
