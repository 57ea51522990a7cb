using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Longwave.Engine.Metrics;

/// <summary>One counter for each value of an enum. One thread adds, without locks and interlocked operations; any thread reads.</summary>
/// <remarks>
/// <para>
/// Memory order. Only the owner writes, so an addition needs no atomic read-modify-write, and a 64-bit value is stored as a whole. A reader gets each
/// counter as it was a moment ago. It gets no consistent set: a difference of two counters can be off by what happens during the read.
/// </para>
/// <para>The enum bounds the number of counters. Its values must be 0, 1, 2 and so on.</para>
/// </remarks>
/// <typeparam name="TLabel">The enum.</typeparam>
internal sealed class Counters<TLabel>
    where TLabel : struct, Enum
{
    /// <summary>
    /// Unused values on both sides, 128 bytes each. Processors fetch pairs of cache lines of 64 bytes, so two threads that count never wait for each
    /// other's lines.
    /// </summary>
    private const int Padding = 16;

    private readonly long[] _values = new long[Padding + Enum.GetValues<TLabel>().Length + Padding];

    public Counters() => Debug.Assert(Enum.GetValues<TLabel>().Select(IndexOf).SequenceEqual(Enumerable.Range(Padding, _values.Length - (2 * Padding))), "The values are indexes.");

    /// <summary>Adds to a counter. Owner thread only.</summary>
    public void Add(TLabel label, long amount = 1) => _values[IndexOf(label)] += amount;

    /// <summary>Reads a counter. For any thread.</summary>
    public long Read(TLabel label) => Volatile.Read(ref _values[IndexOf(label)]);

    private static int IndexOf(TLabel label) => Padding + Unsafe.BitCast<TLabel, int>(label);
}
