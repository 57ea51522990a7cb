namespace Longwave.Server.Admission;

/// <summary>
/// Delay that the hub requests from one client after it rejects a stream. It doubles with each round of rejections, because <c>EventSource</c> has no back-off of
/// its own. A round is what arrives within one pause, so that many clients behind one address count as one.
/// </summary>
internal sealed class RejectionPause
{
    private const int MaxDoublings = 5;

    /// <summary>Clients return within three pauses after the start of a round: the round itself, and a random time of one to two pauses.</summary>
    private const int PausesOfOneRound = 4;

    // Guards the two fields below.
    private readonly Lock _lock = new();
    private long? _round;
    private int _doublings;

    /// <summary>Counts a rejection and returns the pause.</summary>
    /// <param name="shortest">Pause of the first round.</param>
    /// <param name="clock">The time.</param>
    public TimeSpan Next(TimeSpan shortest, TimeProvider clock)
    {
        lock (_lock)
        {
            TimeSpan pause = shortest * (1 << _doublings);
            TimeSpan age = _round is { } started ? clock.GetElapsedTime(started) : TimeSpan.MaxValue;
            if (age >= pause)
            {
                _doublings = age > pause * PausesOfOneRound ? 0 : Math.Min(_doublings + 1, MaxDoublings);
                _round = clock.GetTimestamp();
            }

            return shortest * (1 << _doublings);
        }
    }
}
