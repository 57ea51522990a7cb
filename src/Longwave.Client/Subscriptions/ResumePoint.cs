using Longwave.Protocol.Positions;

namespace Longwave.Client.Subscriptions;

/// <summary>Where in the log a subscriber is, over all its connections: what to send as <c>Last-Event-ID</c>, and what it has seen already.</summary>
/// <param name="lastEventId">Where it begins; null for as <paramref name="since"/> says.</param>
/// <param name="since">Where it begins otherwise; null for the live edge.</param>
internal sealed class ResumePoint(string? lastEventId, string? since)
{
    private Position? _seenThrough;
    private Position? _greeting;

    /// <summary>What the next connection sends as <c>Last-Event-ID</c>; null while there is nothing to go on from.</summary>
    public string? LastEventId { get; private set; } = lastEventId;

    /// <summary>A connection begins: its first comment is the greeting.</summary>
    public void Connected() => _greeting = null;

    /// <summary>
    /// A comment holds the log's tip. In the greeting that is the live edge, where a stream begins that asked for nothing else. Later ones are
    /// heartbeats, which a hub writes to streams that have everything up to there: a quiet stream keeps up with a log that is trimmed behind it.
    /// </summary>
    /// <returns>False when the tip is of another log than the events, or before them: the stream is not what it was, and a new one will say so.</returns>
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

    /// <summary>Everything up to there was sent, or did not match.</summary>
    /// <returns>False when it is of another log than the events, or before them.</returns>
    public bool OnTip(Position tip)
    {
        if (_seenThrough is { } seen && (seen.Epoch != tip.Epoch || seen.Offset > tip.Offset))
        {
            return false;
        }

        MoveTo(tip);
        return true;
    }

    /// <summary>The place meant nothing: the stream goes on as <c>since</c> says, else at the live edge, which the greeting named.</summary>
    public void OnReset()
    {
        LastEventId = null;
        _seenThrough = null;
        if (since is null && _greeting is { } tip)
        {
            MoveTo(tip);
        }
    }

    /// <summary>An id has come, with an event or without one. An empty id takes the place back: the next connection names none (WHATWG HTML section 9.2.6).</summary>
    public void OnId(string id) => LastEventId = id.Length > 0 ? id : null;

    /// <summary>An event with an id of its own has come.</summary>
    /// <param name="id">The id.</param>
    /// <param name="isHub">Whether a hub sent it: ids of other servers may look like positions, but they order nothing.</param>
    /// <returns>False when it had come before.</returns>
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
