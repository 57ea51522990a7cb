namespace Longwave.Server.Epoll;

/// <summary>Lets one log line through per interval, and counts what the others would have said.</summary>
internal sealed class LogThrottle(TimeSpan interval, TimeProvider clock)
{
    // Guards both fields.
    private readonly Lock _gate = new();
    private long? _last;
    private long _count;

    /// <summary>Counts one occurrence; true when it is to be logged, with all since the last line.</summary>
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
