using System.Buffers;
using System.Globalization;
using System.Text;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Subscribers;

/// <summary>What the hub tells a subscriber about its stream, in band.</summary>
internal static class ControlEvents
{
    /// <summary>Why events are missing: retention removed them.</summary>
    public const string Retention = "retention";

    /// <summary>Why events are missing: the client did not keep up, and the policy of their topic is to skip them.</summary>
    public const string Skipped = "skipped";

    /// <summary>Matching events after <paramref name="from"/>, up to and with <paramref name="to"/>, may be gone.</summary>
    public static void WriteGap(IBufferWriter<byte> writer, EventFormat format, Position from, Position to, string reason) =>
        Write(writer, format, "longwave.gap", $$"""{"from":"{{from}}","to":"{{to}}","reason":"{{reason}}"}""");

    /// <summary>The position that the client came with means nothing in this log.</summary>
    public static void WriteReset(IBufferWriter<byte> writer, EventFormat format, uint epoch, string reason) =>
        Write(writer, format, "longwave.reset", string.Create(CultureInfo.InvariantCulture, $$"""{"epoch":"{{epoch:x8}}","reason":"{{reason}}"}"""));

    /// <summary>The stream ends now; the client is to come back after <paramref name="retryMs"/>.</summary>
    public static void WriteReconnect(IBufferWriter<byte> writer, EventFormat format, CloseReason reason, int retryMs)
    {
        string word = reason == CloseReason.Drain ? "drain" : "age";
        Write(writer, format, "longwave.reconnect", string.Create(CultureInfo.InvariantCulture, $$"""{"reason":"{{word}}","retry":{{retryMs}}}"""), retryMs);
    }

    /// <summary>The token expires soon; the client may renew the stream in place.</summary>
    public static void WriteTokenExpiring(IBufferWriter<byte> writer, EventFormat format, DateTimeOffset expires, string connection) =>
        Write(writer, format, "longwave.token-expiring", string.Create(
            CultureInfo.InvariantCulture, $$"""{"expires":"{{expires.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fff}}Z","connection":"{{connection}}"}"""));

    /// <summary>The hub ends the stream for a reason that lies with the client, or with who holds it.</summary>
    public static void WriteClosed(IBufferWriter<byte> writer, EventFormat format, CloseReason reason)
    {
        string word = reason switch
        {
            CloseReason.Slow => "slow",
            CloseReason.TokenExpired => "token-expired",
            CloseReason.Revoked => "revoked",
            CloseReason.GrantsNarrowed => "grants-narrowed",
            _ => "ended",
        };
        Write(writer, format, "longwave.closed", $$"""{"reason":"{{word}}"}""");
    }

    private static void Write(IBufferWriter<byte> writer, EventFormat format, string name, string json, int? retryMs = null) =>
        EventFrames.WriteControl(writer, format, name, Encoding.UTF8.GetBytes(json), retryMs);
}
