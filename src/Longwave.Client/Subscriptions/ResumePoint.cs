using Longwave.Protocol.Positions;

namespace Longwave.Client.Subscriptions;

/// <summary>
/// Position of a subscriber in the log, across all its connections. It provides the <c>Last-Event-ID</c> of the next request and detects repeated events.
/// </summary>
/// <param name="lastEventId">Position to start after; null to start as <paramref name="since"/> specifies.</param>
/// <param name="since">Start without a position; null for the live edge.</param>
internal sealed class ResumePoint(string? lastEventId, string? since)
{
    private Position? _seenThrough;
    private Position? _greeting;

    /// <summary><c>Last-Event-ID</c> of the next request; null while no position is known.</summary>
    public string? LastEventId { get; private set; } = lastEventId;

    /// <summary>Prepares for a new connection: its first comment is the greeting.</summary>
    public void Connected() => _greeting = null;

    /// <summary>
    /// Processes a comment, which contains the log's tip. In the greeting, the tip is the live edge, where a stream without a position starts. Later comments are
    /// heartbeats; a hub sends them only to streams that have everything up to the tip. They keep the position of a quiet stream inside a log that drops old
    /// events.
    /// </summary>
    /// <returns>False when the tip is from another log than the events, or before them: the subscription has to reconnect.</returns>
    public bool OnComment(ReadOnlySpan<byte> comment)
    {
        if (!Position.TryParse(comment, out Position tip))
        {
            return true;
        }

        if (_greeting is not null)
        {
            return OnTip(tip);
        }

        _greeting = tip;
        if (LastEventId is null && since is null)
        {
            MoveTo(tip);
        }

        return true;
    }

    /// <summary>Records that everything up to a position was sent or did not match.</summary>
    /// <returns>False when the position is from another log than the events, or before them.</returns>
    public bool OnTip(Position tip)
    {
        if (_seenThrough is { } seen && (seen.Epoch != tip.Epoch || seen.Offset > tip.Offset))
        {
            return false;
        }

        MoveTo(tip);
        return true;
    }

    /// <summary>Discards the position after a reset: the stream continues as <c>since</c> specifies, else at the live edge from the greeting.</summary>
    public void OnReset()
    {
        LastEventId = null;
        _seenThrough = null;
        if (since is null && _greeting is { } tip)
        {
            MoveTo(tip);
        }
    }

    /// <summary>Records an id, with or without an event. An empty id clears the position: the next request sends none (WHATWG HTML section 9.2.6).</summary>
    public void OnId(string id) => LastEventId = id.Length > 0 ? id : null;

    /// <summary>Records an event that has its own id.</summary>
    /// <param name="id">Id of the event.</param>
    /// <param name="isHub">Whether a hub sent it. Ids of other servers may look like positions, but they have no order.</param>
    /// <returns>False when the event is a repeat.</returns>
    public bool OnEvent(string id, bool isHub)
    {
        if (!isHub || !Position.TryParse(id, out Position position))
        {
            OnId(id);
            return true;
        }

        if (_seenThrough is { } seen && seen.Epoch == position.Epoch && position.Offset <= seen.Offset)
        {
            return false;
        }

        MoveTo(position);
        return true;
    }

    private void MoveTo(Position position)
    {
        _seenThrough = position;
        LastEventId = position.ToString();
    }
}
