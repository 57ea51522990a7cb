using System.Numerics;

namespace Longwave.Bench.Fanout;

/// <summary>Times of deliveries, counted in buckets that are at most 1/64 wide: every delivery counts, and counting costs next to nothing.</summary>
internal sealed class Latencies
{
    private const int Steps = 64;
    private const int StepBits = 6;

    // 64 buckets for each power of two of microseconds that an int can be.
    private readonly long[] _counts = new long[Steps * (32 - StepBits)];

    public long Count { get; private set; }

    public void Add(long microseconds)
    {
        _counts[Bucket((uint)Math.Clamp(microseconds, 0, int.MaxValue))]++;
        Count++;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
    }

    /// <summary>Milliseconds that the share <paramref name="share"/> (0 to 1) of all deliveries did not exceed.</summary>
    public double PercentileMs(double share)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(share * Count));
        long seen = 0;
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= wanted)
            {
                return Upper(bucket) / 1000.0;
            }
        }

        return 0;
    }

    private static int Bucket(uint microseconds)
    {
        if (microseconds < Steps)
        {
            return (int)microseconds;
        }

        int shift = BitOperations.Log2(microseconds) - StepBits;
        return ((shift + 1) * Steps) + (int)(microseconds >> shift) - Steps;
    }

    private static long Upper(int bucket)
    {
        (int power, int step) = Math.DivRem(bucket, Steps);
        return power == 0 ? step : ((long)(Steps + step + 1) << (power - 1)) - 1;
    }
}
