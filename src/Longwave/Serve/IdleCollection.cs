namespace Longwave.Serve;

/// <summary>Detects from the allocated bytes when a period of work has ended.</summary>
/// <param name="allocatedBytes">Bytes that the process has allocated so far.</param>
internal sealed class IdleCollection(long allocatedBytes)
{
    /// <summary>Maximum allocation of a quiet tick, in bytes: a readiness probe each second, an occasional new stream.</summary>
    public const long QuietBytes = 200 * 1024;

    /// <summary>Minimum allocation since the last collection, in bytes; below it a collection frees too little.</summary>
    public const long WorkBytes = 12 * 1024 * 1024;

    /// <summary>Number of consecutive quiet ticks that make the process idle.</summary>
    public const int QuietTicks = 2;

    private long _last = allocatedBytes;
    private long _collected;
    private int _quiet;

    /// <summary>Checks for idleness; called once per tick.</summary>
    /// <param name="allocatedBytes">Bytes that the process has allocated so far.</param>
    /// <returns>True once per idle period, if work preceded it.</returns>
    public bool HasBegun(long allocatedBytes)
    {
        _quiet = allocatedBytes - _last < QuietBytes ? _quiet + 1 : 0;
        _last = allocatedBytes;
        if (_quiet < QuietTicks || allocatedBytes - _collected < WorkBytes)
        {
            return false;
        }

        _collected = allocatedBytes;
        return true;
    }
}
