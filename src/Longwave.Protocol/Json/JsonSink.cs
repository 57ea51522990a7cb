using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Longwave.Protocol.Json;

/// <summary>Appends to a buffer writer with few requests for memory; writes JSON strings directly, without a JSON writer.</summary>
/// <remarks>Call <see cref="Flush"/> once, at the end.</remarks>
internal ref struct JsonSink
{
    // RFC 8259 section 7 requires escapes for these bytes; line ends are among them, so a string always stays on one line.
    private static readonly SearchValues<byte> EscapedBytes = SearchValues.Create(
        "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\"\\"u8);

    private static readonly SearchValues<char> PlainChars = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private readonly IBufferWriter<byte> _writer;
    private Span<byte> _span;
    private int _used;

    public JsonSink(IBufferWriter<byte> writer, int sizeHint)
    {
        _writer = writer;
        _span = writer.GetSpan(sizeHint);
    }

    public void Flush()
    {
        _writer.Advance(_used);
        _span = default;
        _used = 0;
    }

    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_span[_used..]);
        _used += bytes.Length;
    }

    /// <summary>Appends valid JSON on one line. Its line ends can only be white space between tokens: they become spaces.</summary>
    public void RawJsonOnOneLine(scoped ReadOnlySpan<byte> json)
    {
        Reserve(json.Length);
        Span<byte> target = _span.Slice(_used, json.Length);
        json.CopyTo(target);
        if (target.ContainsAny((byte)'\r', (byte)'\n'))
        {
            target.Replace((byte)'\r', (byte)' ');
            target.Replace((byte)'\n', (byte)' ');
        }

        _used += json.Length;
    }

    /// <summary>Appends bytes as base64, without quotes.</summary>
    public void Base64(scoped ReadOnlySpan<byte> bytes)
    {
        Reserve(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, _span[_used..], out _, out int written);
        _used += written;
    }

    /// <summary>Appends characters as UTF-8, unescaped.</summary>
    public void RawText(scoped ReadOnlySpan<char> text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _used += Encoding.UTF8.GetBytes(text, _span[_used..]);
    }

    /// <summary>Appends a JSON string, quotes included.</summary>
    public void Text(scoped ReadOnlySpan<char> text)
    {
        if (!text.ContainsAnyExcept(PlainChars))
        {
            Reserve(text.Length + 2);
            _span[_used] = (byte)'"';
            Ascii.FromUtf16(text, _span[(_used + 1)..], out int written);
            _span[_used + 1 + written] = (byte)'"';
            _used += written + 2;
            return;
        }

        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        int length = Encoding.UTF8.GetBytes(text, utf8);
        Text(utf8.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(utf8);
    }

    /// <inheritdoc cref="Text(ReadOnlySpan{char})"/>
    public void Text(scoped ReadOnlySpan<byte> utf8)
    {
        Raw("\""u8);
        while (true)
        {
            int plain = utf8.IndexOfAny(EscapedBytes);
            if (plain < 0)
            {
                Raw(utf8);
                break;
            }

            Raw(utf8[..plain]);
            Escape(utf8[plain]);
            utf8 = utf8[(plain + 1)..];
        }

        Raw("\""u8);
    }

    public void Number(long value)
    {
        Reserve(20);
        Utf8Formatter.TryFormat(value, _span[_used..], out int written);
        _used += written;
    }

    public void Position(Positions.Position position)
    {
        Reserve(Positions.Position.MaxTextLength);
        position.TryFormat(_span[_used..], out int written);
        _used += written;
    }

    /// <summary>Appends a JSON string with an RFC 3339 time in UTC, in milliseconds.</summary>
    public void Time(long unixMs)
    {
        Reserve(32);
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
        time.TryFormat(_span[_used..], out int written, "\\\"yyyy-MM-dd'T'HH:mm:ss.fff'Z'\\\"", CultureInfo.InvariantCulture);
        _used += written;
    }

    private void Escape(byte b)
    {
        Reserve(6);
        Span<byte> target = _span[_used..];
        target[0] = (byte)'\\';
        byte letter = b switch
        {
            (byte)'"' => (byte)'"',
            (byte)'\\' => (byte)'\\',
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            _ => 0,
        };
        if (letter != 0)
        {
            target[1] = letter;
            _used += 2;
            return;
        }

        "u00"u8.CopyTo(target[1..]);
        target[4] = (byte)('0' + (b >> 4));
        target[5] = "0123456789abcdef"u8[b & 0xF];
        _used += 6;
    }

    private void Reserve(int bytes)
    {
        if (_span.Length - _used < bytes)
        {
            _writer.Advance(_used);
            _span = _writer.GetSpan(bytes);
            _used = 0;
        }
    }
}
