using System.Globalization;
using Longwave.Engine.Log;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Subscribers;

/// <summary>Resolves the start position of a subscription. For any thread.</summary>
internal sealed class StartResolver(EventLog log)
{
    /// <summary>The start position of a request at this moment.</summary>
    public StartPosition Resolve(SubscribeRequest request)
    {
        // Read once: a stream that starts at the tip misses nothing that is appended during this method.
        long tip = log.Tip;
        string? reset = null;
        if (request.LastEventId is { } id)
        {
            bool hasIds = request.Format == EventFormat.SseWithIds;
            if (id == EventRules.EarliestId || (!hasIds && id == "0"))
            {
                return AtEarliest(tip, null);
            }

            reset = hasIds ? FindEvent(id, tip, out long offset) : FindPosition(WithEpoch(id), tip, out offset);
            if (reset is null)
            {
                return new StartPosition(StreamStart.Resumed, offset, IsEventKept: hasIds && IsKept(offset));
            }
        }

        return request.Since.Kind switch
        {
            SinceKind.Earliest => AtEarliest(tip, reset),
            SinceKind.Time => new StartPosition(KindOf(StreamStart.Time, reset), 0, TimeUnixMs: request.Since.TimeUnixMs, Reset: reset),
            SinceKind.Last => new StartPosition(KindOf(StreamStart.Last, reset), 0, LastEvents: request.Since.Events, Reset: reset),
            _ => new StartPosition(KindOf(StreamStart.Live, reset), tip, Reset: reset),
        };
    }

    private static StartPosition AtEarliest(long tip, string? reset) => new(KindOf(StreamStart.Earliest, reset), 0, RemovalsKnownThrough: tip, Reset: reset);

    private static StreamStart KindOf(StreamStart requested, string? reset) => reset is null ? requested : StreamStart.Reset;

    /// <summary>The id as a position: an offset alone is one of this log.</summary>
    private string WithEpoch(string id) =>
        id.AsSpan().ContainsAnyExceptInRange('0', '9') ? id : string.Create(CultureInfo.InvariantCulture, $"{log.Epoch:x8}-{id}");

    /// <summary>Reads a position. Returns the reason if it does not belong to this log, otherwise null.</summary>
    private string? FindPosition(ReadOnlySpan<char> id, long tip, out long offset)
    {
        bool parsed = Position.TryParse(id, out Position position);
        offset = position.Offset;
        return !parsed ? "malformed"
            : position.Epoch != log.Epoch ? "unknown-epoch"
            : position.Offset > tip ? "ahead"
            : null;
    }

    /// <summary>
    /// Finds an event by the id that <see cref="EventFormat.SseWithIds"/> writes: the publisher's id, or <c>#</c> and a position. A publisher may choose
    /// an id that looks like a position, so a position without <c>#</c> is only ever an id. Returns the reason if no event has the id, otherwise null. A
    /// removed event has no id any more, but keeps its position.
    /// </summary>
    private string? FindEvent(string id, long tip, out long offset)
    {
        if (id.StartsWith(EventRules.PositionMark))
        {
            return FindPosition(id.AsSpan(1), tip, out offset) is null ? null : "unknown-id";
        }

        long? found = log.PublisherIds.Find(id);
        offset = found ?? 0;
        return found is null ? "unknown-id" : null;
    }

    /// <summary>Whether the log still has the event at an offset. The tip counts as kept, because nothing is missing after it.</summary>
    private bool IsKept(long offset)
    {
        if (offset == log.Tip)
        {
            return true;
        }

        long sequence = log.Tail.Find(offset - 1);
        return sequence >= 0 && log.Tail[sequence] is { } found ? found.Offset == offset && found.Topic.Keeps(offset) : log.PublisherIds.TryName(offset, out _);
    }
}
