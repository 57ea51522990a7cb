namespace Longwave.Protocol.Automata;

/// <summary>
/// Limit of the patterns that work on the current thread compiles, so that a thread that serves other requests hands long compilations over to a
/// thread that serves none.
/// </summary>
public static class CompilationLimit
{
    /// <summary>Steps that every compilation counts as, besides the instructions that it visits: it writes a program and allocates tables.</summary>
    internal const int BaseSteps = 1_024;

    [ThreadStatic]
    private static bool _isSet;

    [ThreadStatic]
    private static int _left;

    /// <summary>Whether the limit of the current work is used up: no further pattern is compiled.</summary>
    internal static bool IsExceeded => _isSet && _left < 0;

    /// <summary>Maximum number of steps of the next compilation.</summary>
    internal static int MaxSteps => _isSet ? Math.Clamp(_left, 0, AutomatonCompiler.MaxSteps) : AutomatonCompiler.MaxSteps;

    /// <summary>Runs work that parses patterns, and stops to compile them at a limit. Patterns in use are not compiled and count nothing.</summary>
    /// <param name="steps">Maximum number of steps of all compilations; about 10 ns each.</param>
    /// <param name="work">The work. It has no effect outside its result, because it can run again.</param>
    /// <param name="result">The result; without meaning if the limit was exceeded.</param>
    /// <returns>False if the limit was exceeded. Then run the work without a limit on another thread.</returns>
    public static bool TryRun<T>(int steps, Func<T> work, out T result)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        if (_isSet)
        {
            throw new InvalidOperationException("The current thread already runs work with a limit.");
        }

        (_isSet, _left) = (true, steps);
        try
        {
            result = work();
            return !IsExceeded;
        }
        finally
        {
            _isSet = false;
        }
    }

    /// <summary>Counts the steps of a compilation; false if that exceeds the limit.</summary>
    internal static bool TryTake(int steps)
    {
        _left -= _isSet ? steps : 0;
        return !IsExceeded;
    }
}
