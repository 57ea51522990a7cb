using Longwave.Protocol.Events;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// Where a stream starts, and whether that is where its client asked for. The only decision about it, for every way in: <see cref="StartResolver"/> makes
/// it from <see cref="SubscribeRequest.LastEventId"/> and <see cref="SubscribeRequest.Since"/>.
/// </summary>
/// <param name="Kind">Kind of the start, for the counts of the hub.</param>
/// <param name="After">Offset after which the stream starts. Removed events after it are reported with <c>longwave.gap</c>.</param>
/// <param name="RemovalsKnownThrough">Offset up to which removed events need no gap: the client asked for the earliest event kept.</param>
/// <param name="TimeUnixMs">
/// Time at which the stream starts, in milliseconds since the Unix epoch; null for a start at an offset. A catch-up reader finds the offset, because the
/// search reads storage.
/// </param>
/// <param name="Reset">
/// Reason of <c>longwave.reset</c>: the position of the client does not belong to this log, and <see cref="SubscribeRequest.Since"/> decided instead. Null
/// if there is none.
/// </param>
/// <param name="IsEventKept">
/// Whether the log still has the event that the client's id refers to. Only for <see cref="EventFormat.SseWithIds"/>, whose clients learn it from the
/// response headers; otherwise false.
/// </param>
/// <param name="LastEvents">Number of the newest matching events with which the stream starts; 0 for another start. A catch-up reader finds the offset.</param>
public readonly record struct StartPosition(
    StreamStart Kind, long After, long RemovalsKnownThrough = 0, long? TimeUnixMs = null, string? Reset = null, bool IsEventKept = false, int LastEvents = 0);
