using System.Diagnostics.CodeAnalysis;

namespace Longwave.Interleaving.Tests.Schedules;

/// <summary>Stands for <see cref="System.Threading.Interlocked"/> in the sources under test: each operation is a point at which the schedule may change threads.</summary>
internal static class ScheduledInterlocked
{
    public static int Increment(ref int location)
    {
        Schedule.Step();
        return System.Threading.Interlocked.Increment(ref location);
    }

    public static long Increment(ref long location)
    {
        Schedule.Step();
        return System.Threading.Interlocked.Increment(ref location);
    }

    public static long Add(ref long location, long value)
    {
        Schedule.Step();
        return System.Threading.Interlocked.Add(ref location, value);
    }

    public static int Decrement(ref int location)
    {
        Schedule.Step();
        return System.Threading.Interlocked.Decrement(ref location);
    }

    public static int Exchange(ref int location, int value)
    {
        Schedule.Step();
        return System.Threading.Interlocked.Exchange(ref location, value);
    }

    [return: NotNullIfNotNull(nameof(location))]
    public static T Exchange<T>(ref T location, T value)
        where T : class?
    {
        Schedule.Step();
        return System.Threading.Interlocked.Exchange(ref location, value);
    }

    public static int CompareExchange(ref int location, int value, int comparand)
    {
        Schedule.Step();
        return System.Threading.Interlocked.CompareExchange(ref location, value, comparand);
    }

    [return: NotNullIfNotNull(nameof(location))]
    public static T CompareExchange<T>(ref T location, T value, T comparand)
        where T : class?
    {
        Schedule.Step();
        return System.Threading.Interlocked.CompareExchange(ref location, value, comparand);
    }
}
