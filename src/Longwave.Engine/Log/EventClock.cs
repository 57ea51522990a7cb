using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Log;

/// <summary>
/// Time of events and of retention. It follows the system clock as long as that agrees with the monotonic clock. After a jump of the system clock it
/// continues on the monotonic clock, until the system clock is right again or has kept its new time for
/// <see cref="Configuration.EngineOptions.ClockConfirmation"/>. Writer thread only, except for the state.
/// </summary>
/// <remarks>
/// Times of events never decrease. So one wrong jump forward would stamp every later event with the wrong time, and retention would remove every
/// earlier one.
/// </remarks>
internal sealed class EventClock
{
    /// <summary>Difference up to which the system clock and the monotonic clock agree: more than a time service corrects in an interval.</summary>
    private const long ToleranceMs = 2_000;

    /// <summary>Longest plausible time between the newest event of a log and a start of the hub.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(366);

    /// <summary>Interval at which the two clocks are compared from a new beginning, so that their ordinary drift does not add up.</summary>
    private static readonly TimeSpan AnchorInterval = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _clock;
    private readonly TimeSpan _confirmation;
    private readonly ILogger _logger;
    private readonly long _start;
    private readonly long _newestAtStartUnixMs;

    // Both clocks agreed at the anchor.
    private long _anchor;
    private long _anchorUnixMs;
    private long _jumpStart;
    private long _jumpMs;
    private bool _hasJumped;
    private long _jumps;

    // The time before the last jump that was accepted, which also goes on.
    private long _accepted;
    private long _acceptedBeforeUnixMs;
    private bool _hasAccepted;

    /// <summary>Creates the clock of an opened log.</summary>
    /// <param name="clock">System clock and monotonic clock.</param>
    /// <param name="confirmation">Time after which a new time of the system clock is accepted.</param>
    /// <param name="newestUnixMs">Time of the newest event; 0 if there is none.</param>
    /// <param name="logger">Logger for jumps.</param>
    public EventClock(TimeProvider clock, TimeSpan confirmation, long newestUnixMs, ILogger logger)
    {
        (_clock, _confirmation, _newestAtStartUnixMs, _logger) = (clock, confirmation, newestUnixMs, logger);
        _start = _anchor = clock.GetTimestamp();
        long wallUnixMs = clock.GetUtcNow().ToUnixTimeMilliseconds();
        bool isPlausible = newestUnixMs == 0 || wallUnixMs - newestUnixMs <= (long)LongestPause.TotalMilliseconds;
        _anchorUnixMs = isPlausible ? wallUnixMs : newestUnixMs;
        if (newestUnixMs - wallUnixMs > ToleranceMs)
        {
            ClockLog.Behind(logger, TimeSpan.FromMilliseconds(newestUnixMs - wallUnixMs));
        }
    }

    /// <summary>Whether the system clock has jumped and its new time is not accepted. For any thread.</summary>
    public bool HasJumped => Volatile.Read(ref _hasJumped);

    /// <summary>Number of jumps since the start. For any thread.</summary>
    public long Jumps => Volatile.Read(ref _jumps);

    /// <summary>The current time, in milliseconds since the Unix epoch. Compares the clocks.</summary>
    public long Read()
    {
        long now = _clock.GetTimestamp();
        long wallUnixMs = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        TimeSpan elapsed = _clock.GetElapsedTime(_anchor, now);
        long expectedUnixMs = _anchorUnixMs + (long)elapsed.TotalMilliseconds;
        long jumpMs = wallUnixMs - expectedUnixMs;
        if (Math.Abs(jumpMs) > ToleranceMs)
        {
            return OnJump(now, wallUnixMs, expectedUnixMs, jumpMs);
        }

        if (_hasJumped)
        {
            Volatile.Write(ref _hasJumped, false);
            ClockLog.RightAgain(_logger);
        }

        if (elapsed >= AnchorInterval)
        {
            (_anchor, _anchorUnixMs) = (now, wallUnixMs);
        }

        return wallUnixMs;
    }

    /// <summary>The current time of retention. Compares the clocks.</summary>
    /// <remarks>
    /// Soon after the start, the time since the newest event is not confirmed: the system clock can have been set meanwhile. After a jump was
    /// accepted, an age is measured by the earlier time for as long as that age: events that were published before the acceptance have that time.
    /// </remarks>
    public RetentionTime ReadForRetention()
    {
        long nowUnixMs = Read();
        TimeSpan sinceStart = _clock.GetElapsedTime(_start);
        if (_newestAtStartUnixMs > 0 && sinceStart < _confirmation)
        {
            nowUnixMs = Math.Min(nowUnixMs, _newestAtStartUnixMs + (long)sinceStart.TotalMilliseconds);
        }

        if (!_hasAccepted)
        {
            return new RetentionTime(nowUnixMs);
        }

        TimeSpan sinceAccepted = _clock.GetElapsedTime(_accepted);
        return new RetentionTime(nowUnixMs, Math.Min(nowUnixMs, _acceptedBeforeUnixMs + (long)sinceAccepted.TotalMilliseconds), sinceAccepted);
    }

    private long OnJump(long now, long wallUnixMs, long expectedUnixMs, long jumpMs)
    {
        if (!_hasJumped || Math.Abs(jumpMs - _jumpMs) > ToleranceMs)
        {
            // A jump within a jump starts the confirmation again.
            (_jumpStart, _jumpMs) = (now, jumpMs);
            Volatile.Write(ref _hasJumped, true);
            Volatile.Write(ref _jumps, _jumps + 1);
            ClockLog.Jumped(_logger, TimeSpan.FromMilliseconds(jumpMs), _confirmation);
        }

        if (_clock.GetElapsedTime(_jumpStart, now) < _confirmation)
        {
            return expectedUnixMs;
        }

        (_anchor, _anchorUnixMs) = (now, wallUnixMs);
        (_accepted, _acceptedBeforeUnixMs, _hasAccepted) = (now, expectedUnixMs, true);
        Volatile.Write(ref _hasJumped, false);
        ClockLog.Accepted(_logger, TimeSpan.FromMilliseconds(jumpMs));
        return wallUnixMs;
    }
}
