namespace Longwave.Serve;

/// <summary>Tells from how much is allocated when a time of work has passed into rest.</summary>
/// <param name="allocatedBytes">Bytes that the process has allocated up to now.</param>
internal sealed class IdleCollection(long allocatedBytes)
{
    /// <summary>Less than this within a tick is rest: a readiness probe each second, a stream opened now and then.</summary>
    public const long QuietBytes = 200 * 1024;

    /// <summary>Less than this since the last rest leaves too little to collect.</summary>
    public const long WorkBytes = 12 * 1024 * 1024;

    /// <summary>Quiet ticks in a row that are rest.</summary>
    public const int QuietTicks = 2;

    private long _last = allocatedBytes;
    private long _collected;
    private int _quiet;

    /// <summary>Asked once a tick.</summary>
    /// <param name="allocatedBytes">Bytes that the process has allocated up to now.</param>
    /// <returns>True once per rest, when its first ticks were quiet and there was work before.</returns>
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
