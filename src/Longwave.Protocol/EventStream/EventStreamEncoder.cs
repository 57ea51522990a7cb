using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Longwave.Protocol.Events;
using Longwave.Protocol.Json;
using Longwave.Protocol.Positions;

namespace Longwave.Protocol.EventStream;

/// <summary>Writes <c>text/event-stream</c> in the grammar of WHATWG HTML section 9.2.5.</summary>
/// <remarks>
/// <code>
/// event   = *( comment / field ) end-of-line      ; a blank line ends the event and nothing else
/// comment = ":" *any-char end-of-line
/// field   = name ":" [space] *any-char end-of-line
/// </code>
/// Line ends are LF. Data is split at CR, LF and CRLF into one <c>data:</c> line each; the format cannot represent the kind of line end, so every line
/// end reaches the subscriber as LF.
/// </remarks>
public static class EventStreamEncoder
{
    // Sum of: "id: " position LF, "event: " LF, "data: " LF, LF.
    private const int FixedBytes = 4 + Position.MaxTextLength + 1 + 8 + 7 + 1;

    // Overhead of each further line of data, in bytes.
    private const int DataLineBytes = 7;

    private static readonly SearchValues<char> FieldBreakers = SearchValues.Create("\r\n\0");

    /// <summary>Writes a published event: <c>id:</c>, <c>event:</c> unless it is <c>message</c>, <c>data:</c> lines, blank line.</summary>
    /// <exception cref="ArgumentException">The type contains CR, LF or NUL; the caller must check <see cref="EventRules"/> first.</exception>
    public static void WriteEvent(IBufferWriter<byte> writer, in EventView e)
    {
        ArgumentNullException.ThrowIfNull(writer);
        string? type = TypeToWrite(e.Type);
        ReadOnlySpan<byte> data = e.Data;
        int firstLineEnd = data.IndexOfAny((byte)'\r', (byte)'\n');
        int size = FixedBytes + (type is null ? 0 : 3 * type.Length) + data.Length + (firstLineEnd < 0 ? 0 : SizeOfFurtherLines(data));
        Span<byte> span = writer.GetSpan(size);

        "id: "u8.CopyTo(span);
        int n = 4;
        e.Position.TryFormat(span[n..], out int written);
        n += written;
        span[n++] = (byte)'\n';
        if (type is not null)
        {
            "event: "u8.CopyTo(span[n..]);
            n += 7;
            n += Encoding.UTF8.GetBytes(type, span[n..]);
            span[n++] = (byte)'\n';
        }

        n += CopyData(span[n..], data, firstLineEnd);
        span[n++] = (byte)'\n';
        writer.Advance(n);
    }

    /// <summary>
    /// Writes a published event with its publisher's id: <c>id:</c> that id, or <c>#</c> and the position if there is none, <c>event:</c> unless it is
    /// <c>message</c>, <c>retry:</c> if set, <c>data:</c> lines, blank line.
    /// </summary>
    /// <exception cref="ArgumentException">Type or id contain CR, LF or NUL; the caller must check <see cref="EventRules"/> first.</exception>
    public static void WriteEventWithId(IBufferWriter<byte> writer, in EventView e)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Span<byte> position = stackalloc byte[1 + Position.MaxTextLength];
        if (e.Id is { } id)
        {
            WriteTextField(writer, "id: "u8, id);
        }
        else
        {
            position[0] = (byte)EventRules.PositionMark;
            e.Position.TryFormat(position[1..], out int length);
            WriteField(writer, "id: "u8, position[..(1 + length)]);
        }

        if (TypeToWrite(e.Type) is { } type)
        {
            WriteTextField(writer, "event: "u8, type);
        }

        if (e.RetryMs is { } retryMs)
        {
            WriteRetry(writer, retryMs);
        }

        WriteData(writer, e.Data);
        writer.Write("\n"u8);
    }

    /// <summary>Writes a published event with its topics: as <see cref="WriteEvent"/>, and a line <c>topic:</c> for each topic before the data.</summary>
    /// <exception cref="ArgumentException">Type or topic contain CR, LF or NUL; the caller must check <see cref="EventRules"/> first.</exception>
    public static void WriteEventWithTopics(IBufferWriter<byte> writer, in EventView e)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Span<byte> position = stackalloc byte[Position.MaxTextLength];
        e.Position.TryFormat(position, out int length);
        WriteField(writer, "id: "u8, position[..length]);
        if (TypeToWrite(e.Type) is { } type)
        {
            WriteTextField(writer, "event: "u8, type);
        }

        WriteTextField(writer, "topic: "u8, e.Topic);
        for (int i = 0; i < (e.Alternates?.Count ?? 0); i++)
        {
            WriteTextField(writer, "topic: "u8, e.Alternates![i]);
        }

        WriteData(writer, e.Data);
        writer.Write("\n"u8);
    }

    /// <summary>Writes data as <c>data:</c> lines, without the blank line that ends an event.</summary>
    public static void WriteData(IBufferWriter<byte> writer, ReadOnlySpan<byte> data)
    {
        ArgumentNullException.ThrowIfNull(writer);
        int firstLineEnd = data.IndexOfAny((byte)'\r', (byte)'\n');
        Span<byte> span = writer.GetSpan(DataLineBytes + data.Length + (firstLineEnd < 0 ? 0 : SizeOfFurtherLines(data)));
        writer.Advance(CopyData(span, data, firstLineEnd));
    }

    /// <summary>Writes <c>: text</c> as one line, without a blank line.</summary>
    /// <exception cref="ArgumentException">The text contains a line end.</exception>
    public static void WriteComment(IBufferWriter<byte> writer, ReadOnlySpan<byte> text)
    {
        ArgumentNullException.ThrowIfNull(writer);
        WriteField(writer, ": "u8, text);
    }

    /// <summary>Writes the reconnection time in milliseconds as one line, without a blank line.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public static void WriteRetry(IBufferWriter<byte> writer, int retryMs)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentOutOfRangeException.ThrowIfNegative(retryMs);
        Span<byte> digits = stackalloc byte[10];
        Utf8Formatter.TryFormat(retryMs, digits, out int length);
        WriteField(writer, "retry: "u8, digits[..length]);
    }

    /// <summary>Writes a control event: <c>event:</c>, <c>retry:</c> if given, <c>data:</c>, blank line; no <c>id:</c>.</summary>
    /// <exception cref="ArgumentException">The name contains CR, LF or NUL.</exception>
    public static void WriteControl(IBufferWriter<byte> writer, ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, int? retryMs)
    {
        ArgumentNullException.ThrowIfNull(writer);
        WriteField(writer, "event: "u8, eventName);
        if (retryMs is { } ms)
        {
            WriteRetry(writer, ms);
        }

        WriteData(writer, data);
        Span<byte> end = writer.GetSpan(1);
        end[0] = (byte)'\n';
        writer.Advance(1);
    }

    /// <summary>Writes the lines before <c>data:</c>.</summary>
    internal static void WriteHead(ref JsonSink sink, in EventView e)
    {
        string? type = TypeToWrite(e.Type);
        sink.Raw("id: "u8);
        sink.Position(e.Position);
        sink.Raw("\n"u8);
        if (type is not null)
        {
            sink.Raw("event: "u8);
            sink.RawText(type);
            sink.Raw("\n"u8);
        }
    }

    /// <summary>The type for an <c>event:</c> line; null if the line is not needed, because the format's default type is <c>message</c>.</summary>
    private static string? TypeToWrite(string? type)
    {
        if (type is null or "" or "message")
        {
            return null;
        }

        if (type.AsSpan().ContainsAny(FieldBreakers))
        {
            throw new ArgumentException("The type contains a line end or NUL and would break out of its field.", nameof(type));
        }

        return type;
    }

    private static void WriteTextField(IBufferWriter<byte> writer, ReadOnlySpan<byte> prefix, string value)
    {
        Span<byte> utf8 = stackalloc byte[Math.Max(EventRules.MaxIdBytes, EventRules.MaxTopicBytes)];
        WriteField(writer, prefix, utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
    }

    private static void WriteField(IBufferWriter<byte> writer, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> value)
    {
        if (value.ContainsAny((byte)'\r', (byte)'\n', (byte)0))
        {
            throw new ArgumentException("The value contains a line end or NUL and would break out of its field.", nameof(value));
        }

        Span<byte> span = writer.GetSpan(prefix.Length + value.Length + 1);
        prefix.CopyTo(span);
        value.CopyTo(span[prefix.Length..]);
        span[prefix.Length + value.Length] = (byte)'\n';
        writer.Advance(prefix.Length + value.Length + 1);
    }

    /// <summary>Upper bound of the bytes for further lines: CRLF counts twice.</summary>
    private static int SizeOfFurtherLines(ReadOnlySpan<byte> data) =>
        DataLineBytes * (data.Count((byte)'\n') + data.Count((byte)'\r'));

    private static int CopyData(Span<byte> span, ReadOnlySpan<byte> data, int lineEnd)
    {
        int n = 0;
        while (true)
        {
            "data: "u8.CopyTo(span[n..]);
            n += 6;
            ReadOnlySpan<byte> line = lineEnd < 0 ? data : data[..lineEnd];
            line.CopyTo(span[n..]);
            n += line.Length;
            span[n++] = (byte)'\n';
            if (lineEnd < 0)
            {
                return n;
            }

            bool crlf = data[lineEnd] == (byte)'\r' && lineEnd + 1 < data.Length && data[lineEnd + 1] == (byte)'\n';
            data = data[(lineEnd + (crlf ? 2 : 1))..];
            lineEnd = data.IndexOfAny((byte)'\r', (byte)'\n');
        }
    }
}
