namespace Longwave.Server.Http;

/// <summary>Allows one log line per interval, and counts the occurrences in between.</summary>
internal sealed class LogThrottle(TimeSpan interval, TimeProvider clock)
{
    // Guards both fields.
    private readonly Lock _gate = new();
    private long? _last;
    private long _count;

    /// <summary>Counts one occurrence; true when a line must be logged, with the number of occurrences since the last line.</summary>
    public bool TryTake(out long count)
    {
        lock (_gate)
        {
            count = ++_count;
            if (_last is { } last && clock.GetElapsedTime(last) < interval)
            {
                return false;
            }

            (_last, _count) = (clock.GetTimestamp(), 0);
            return true;
        }
    }
}
