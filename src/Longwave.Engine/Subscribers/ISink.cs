using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// Destination of a subscriber's bytes: a response of the web server, a parked socket, a test. Called by one thread at a time (the shard or the
/// catch-up reader that owns the subscriber), never after <see cref="Complete"/>.
/// </summary>
public interface ISink
{
    /// <summary>Sets the subscriber to call back. Called once, before any other method.</summary>
    void Attach(Subscriber subscriber);

    /// <summary>Sends frames, in one write if possible. Not called while the sink is blocked.</summary>
    /// <param name="batch">One or more frames.</param>
    /// <param name="taken">
    /// Number of frames, from the first on, that were sent or that the sink holds: at least one. The sink must not keep the other frames, so that a
    /// slow client costs the hub a position and not a buffer.
    /// </param>
    /// <returns>
    /// True if the sink accepted all frames and accepts more at once. False if the client does not keep up: the sink is then blocked, and calls
    /// <see cref="Subscriber.OnWritable"/> once when it accepts more, from any thread.
    /// </returns>
    bool TrySend(FrameBatch batch, out int taken);

    /// <summary>
    /// Reports that every event up to <paramref name="position"/> was written or did not match. Called after those writes and before any later one:
    /// each time the subscriber reaches the live edge and, for a response that is not a stream, while it catches up. A poll without events returns
    /// this position, so that the next poll neither skips nor repeats events; a stream has heartbeats instead.
    /// </summary>
    /// <param name="position">Position of the subscriber.</param>
    /// <param name="isLive">Whether the position is the live edge.</param>
    void OnPosition(Position position, bool isLive);

    /// <summary>Ends the response cleanly; no write follows. Called exactly once, by the owner, at the end of the subscriber.</summary>
    void Complete(CloseReason reason);
}
