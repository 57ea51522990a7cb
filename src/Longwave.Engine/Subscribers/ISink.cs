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

    /// <summary>Gathers bytes; nothing leaves before <see cref="TryFlush"/>. Copies: the span is valid during the call only.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Sends all that was gathered.</summary>
    /// <returns>
    /// True when the sink takes more at once. False when the client does not keep up (nothing is lost: the sink holds what it was
    /// given); then the sink calls <see cref="Subscriber.OnWritable"/> once when it takes more, from any thread.
    /// </returns>
    bool TryFlush();

    /// <summary>
    /// The subscriber has reached the live edge: every event up to <paramref name="position"/> was written or did not match. Called after
    /// those writes and before any later one, each time that catching up ends. A poll answers with this position when it found no event, so
    /// that the next poll neither skips nor reads again; a stream has no use for it.
    /// </summary>
    void OnLive(Position position);

    /// <summary>No more will be written: end the response cleanly. Called exactly once, by the owner, at the end of a subscriber's life.</summary>
    void Complete(CloseReason reason);
}
