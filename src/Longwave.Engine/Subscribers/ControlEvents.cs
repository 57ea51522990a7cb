using System.Buffers;
using System.Globalization;
using System.Text;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Subscribers;

/// <summary>Control events, by which the hub describes the stream inside the stream.</summary>
internal static class ControlEvents
{
    /// <summary>Reason of a gap: retention removed the events.</summary>
    public const string Retention = "retention";

    /// <summary>Reason of a gap: events were deleted on request, beside those that retention may have removed.</summary>
    public const string Deleted = "deleted";

    /// <summary>Reason of a gap: the client did not keep up, and the policy of the topic is to skip.</summary>
    public const string Skipped = "skipped";

    /// <summary>Reason of a gap: storage has lost or damaged events.</summary>
    public const string Damaged = "damaged";

    /// <summary>
    /// Writes a gap notice: matching events after <paramref name="from"/>, up to and including <paramref name="to"/>, may be missing.
    /// </summary>
    public static void WriteGap(IBufferWriter<byte> writer, EventFormat format, Position from, Position to, string reason) =>
        Write(writer, format, "longwave.gap", $$"""{"from":"{{from}}","to":"{{to}}","reason":"{{reason}}"}""");

    /// <summary>Writes the start position of a stream as an event with an id, for clients that read no comments.</summary>
    public static void WriteStart(IBufferWriter<byte> writer, EventFormat format, Position start) =>
        Write(writer, format, "longwave.start", $$"""{"position":"{{start}}"}""", id: start);

    /// <summary>Writes a reset notice: the client's position does not belong to this log.</summary>
    /// <param name="writer">Destination.</param>
    /// <param name="format">Format of the stream.</param>
    /// <param name="epoch">Epoch of this log.</param>
    /// <param name="reason">Why the position is not valid.</param>
    /// <param name="start">Position at which the stream continues, which replaces the client's; null if it is not known yet.</param>
    public static void WriteReset(IBufferWriter<byte> writer, EventFormat format, uint epoch, string reason, Position? start) => Write(
        writer, format, "longwave.reset", string.Create(CultureInfo.InvariantCulture, $$"""{"epoch":"{{epoch:x8}}","reason":"{{reason}}"}"""), id: start);

    /// <summary>Writes a reconnect notice: the stream ends now, and the client should reconnect after <paramref name="retryMs"/>.</summary>
    public static void WriteReconnect(IBufferWriter<byte> writer, EventFormat format, CloseReason reason, int retryMs)
    {
        string word = reason == CloseReason.Drain ? "drain" : "age";
        Write(writer, format, "longwave.reconnect", string.Create(CultureInfo.InvariantCulture, $$"""{"reason":"{{word}}","retry":{{retryMs}}}"""), retryMs);
    }

    /// <summary>Writes a notice that the token expires soon; the client can renew the stream without reconnecting.</summary>
    public static void WriteTokenExpiring(IBufferWriter<byte> writer, EventFormat format, DateTimeOffset expires, string connection) =>
        Write(writer, format, "longwave.token-expiring", string.Create(
            CultureInfo.InvariantCulture, $$"""{"expires":"{{expires.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fff}}Z","connection":"{{connection}}"}"""));

    /// <summary>Writes the reason of an end after which the client does not reconnect by itself, or not at once.</summary>
    /// <param name="writer">Destination.</param>
    /// <param name="format">Format of the stream.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="end">Position that the client takes, so that a request with it finds the end at once; null to keep its position.</param>
    public static void WriteClosed(IBufferWriter<byte> writer, EventFormat format, CloseReason reason, Position? end = null)
    {
        string word = reason switch
        {
            CloseReason.Completed => "complete",
            CloseReason.Slow => "slow",
            CloseReason.TokenExpired => "token-expired",
            CloseReason.Revoked => "revoked",
            CloseReason.GrantsNarrowed => "grants-narrowed",
            _ => "ended",
        };
        Write(writer, format, "longwave.closed", $$"""{"reason":"{{word}}"}""", id: end);
    }

    private static void Write(IBufferWriter<byte> writer, EventFormat format, string name, string json, int? retryMs = null, Position? id = null) =>
        EventFrames.WriteControl(writer, format, name, Encoding.UTF8.GetBytes(json), retryMs, id);
}
