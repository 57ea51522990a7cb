using System.Buffers;
using Longwave.Protocol.Events;

namespace Longwave.Protocol.Json;

/// <summary>
/// The native JSON shape of an event, on one line without a line end:
/// <c>{"id":"5f3a9c1e-1042","topic":"t","topics":["t","alt"],"type":"…","key":"…","time":"2026-11-23T06:57:00.123Z","data":"…"}</c>.
/// </summary>
/// <remarks><c>topics</c> is present only with alternates, <c>type</c> and <c>key</c> only if set, <c>private</c> only if true; <c>data</c> is always a string.</remarks>
public static class JsonEventEncoder
{
    /// <summary>Writes one event.</summary>
    public static void Write(IBufferWriter<byte> writer, in EventView e)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var sink = new JsonSink(writer, EstimateSize(e));
        Write(ref sink, e);
        sink.Flush();
    }

    internal static int EstimateSize(in EventView e) => 160 + e.Topic.Length + e.Data.Length + (e.Data.Length / 8);

    internal static void Write(ref JsonSink sink, in EventView e)
    {
        sink.Raw("{\"id\":\""u8);
        sink.Position(e.Position);
        sink.Raw("\",\"topic\":"u8);
        sink.Text(e.Topic);
        if (e.Alternates is { Count: > 0 } alternates)
        {
            sink.Raw(",\"topics\":["u8);
            sink.Text(e.Topic);
            for (int i = 0; i < alternates.Count; i++)
            {
                sink.Raw(","u8);
                sink.Text(alternates[i]);
            }

            sink.Raw("]"u8);
        }

        if (e.Type is { } type)
        {
            sink.Raw(",\"type\":"u8);
            sink.Text(type);
        }

        if (e.Key is { } key)
        {
            sink.Raw(",\"key\":"u8);
            sink.Text(key);
        }

        if (e.IsPrivate)
        {
            sink.Raw(",\"private\":true"u8);
        }

        sink.Raw(",\"time\":"u8);
        sink.Time(e.TimeUnixMs);
        sink.Raw(",\"data\":"u8);
        sink.Text(e.Data);
        sink.Raw("}"u8);
    }
}
