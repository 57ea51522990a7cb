using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// Where a subscriber's bytes go: a response of the web server, a parked socket, a test. Called by one thread at a time (the shard or
/// the catch-up reader that owns the subscriber just then), never after <see cref="Complete"/>.
/// </summary>
public interface ISink
{
    /// <summary>Tells the sink whom to call back. Called once, before anything else.</summary>
    void Attach(Subscriber subscriber);

    /// <summary>Sends frames, in one write where that is possible. Not called while the sink is blocked.</summary>
    /// <param name="run">At least one frame.</param>
    /// <param name="taken">
    /// How many frames, from the first on, the client gets: they were sent, or the sink holds them. At least one. The others were not looked
    /// at, so that a client that does not keep up costs a cursor and not a buffer.
    /// </param>
    /// <returns>
    /// True when the sink takes more at once, and then it took all. False when the client does not keep up: the sink is blocked, and calls
    /// <see cref="Subscriber.OnWritable"/> once when it takes more, from any thread.
    /// </returns>
    bool TrySend(FrameRun run, out int taken);

    /// <summary>
    /// Every event up to <paramref name="position"/> was written or did not match. Called after those writes and before any later one: each
    /// time that the subscriber reaches the live edge and, for an answer that is not a stream, while it catches up. A poll that found no
    /// event answers with this position, so that the next poll neither skips nor reads again; a stream has heartbeats instead.
    /// </summary>
    /// <param name="position">How far the subscriber has come.</param>
    /// <param name="isLive">Whether that is the live edge.</param>
    void OnPosition(Position position, bool isLive);

    /// <summary>No more will be written: end the response cleanly. Called exactly once, by the owner, at the end of a subscriber's life.</summary>
    void Complete(CloseReason reason);
}
