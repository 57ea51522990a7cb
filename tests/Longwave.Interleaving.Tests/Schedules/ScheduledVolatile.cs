using System.Diagnostics.CodeAnalysis;

namespace Longwave.Interleaving.Tests.Schedules;

/// <summary>Stands for <see cref="System.Threading.Volatile"/> in the sources under test: each access is a point at which the schedule may change threads.</summary>
internal static class ScheduledVolatile
{
    public static bool Read(ref readonly bool location)
    {
        Schedule.Step();
        return System.Threading.Volatile.Read(in location);
    }

    public static int Read(ref readonly int location)
    {
        Schedule.Step();
        return System.Threading.Volatile.Read(in location);
    }

    public static long Read(ref readonly long location)
    {
        Schedule.Step();
        return System.Threading.Volatile.Read(in location);
    }

    [return: NotNullIfNotNull(nameof(location))]
    public static T Read<T>(ref readonly T location)
        where T : class?
    {
        Schedule.Step();
        return System.Threading.Volatile.Read(in location);
    }

    public static void Write(ref bool location, bool value)
    {
        Schedule.Step();
        System.Threading.Volatile.Write(ref location, value);
    }

    public static void Write(ref int location, int value)
    {
        Schedule.Step();
        System.Threading.Volatile.Write(ref location, value);
    }

    public static void Write(ref long location, long value)
    {
        Schedule.Step();
        System.Threading.Volatile.Write(ref location, value);
    }

    public static void Write<T>(ref T location, T value)
        where T : class?
    {
        Schedule.Step();
        System.Threading.Volatile.Write(ref location, value);
    }
}
