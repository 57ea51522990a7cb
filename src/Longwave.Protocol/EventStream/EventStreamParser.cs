using System.Globalization;
using System.Text;

namespace Longwave.Protocol.EventStream;

/// <summary>Parses <c>text/event-stream</c> incrementally, as WHATWG HTML section 9.2.6 specifies, in bounded memory.</summary>
/// <remarks>
/// <para>Call it with received bytes, in pieces of any size: <c>while (parser.TryRead(ref input, out var e)) …</c>. The parser returns an event as soon
/// as it has read the line end of the blank line, also if that is a CR that an LF may follow. To discard an event that is incomplete at the end
/// of the stream, stop reading.</para>
/// <para>Use one parser per connection, on one thread at a time. To resume after a reconnect, create a new parser with the last id.</para>
/// </remarks>
public sealed class EventStreamParser
{
    /// <summary>Maximum length of <see cref="LastComment"/>, in bytes; longer comments are truncated.</summary>
    public const int MaxCommentBytes = 1024;

    // A larger buffer is released after its event, so that one large event does not occupy memory for the rest of the stream.
    private const int KeptBufferBytes = 64 * 1024;

    private readonly int _limit;
    private readonly byte[] _comment = new byte[MaxCommentBytes];
    private byte[] _line = [];
    private byte[] _data = [];
    private int _lineLength;
    private int _dataLength;
    private int _commentLength;
    private string _type = "";
    private string _lastType = "";
    private string? _topic;
    private string _lastTopic = "";
    private string? _pendingId;
    private bool _afterCr;
    private bool _started;
    private bool _failed;

    /// <summary>Creates a parser.</summary>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <param name="lastEventId">Initial id, e.g. of the previous connection; empty for none.</param>
    public EventStreamParser(EventStreamParserOptions? options = null, string lastEventId = "")
    {
        ArgumentNullException.ThrowIfNull(lastEventId);
        _limit = (options ?? new EventStreamParserOptions()).MaxEventBytes;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_limit, nameof(options));
        LastEventId = lastEventId;
    }

    /// <summary>Value for <c>Last-Event-ID</c> on the next connection: the id as of the last blank line, not of an incomplete event.</summary>
    public string LastEventId { get; private set; }

    /// <summary>Whether the last event had its own <c>id:</c>; without one it has the id of an earlier event.</summary>
    public bool HadId { get; private set; }

    /// <summary>
    /// The first <c>topic:</c> field of the last event; null if it had none. A hub sends the field on request (protocol section 5.2); it is no field of
    /// WHATWG HTML.
    /// </summary>
    public string? Topic { get; private set; }

    /// <summary>The last reconnection time of the stream, in milliseconds; null if there was none.</summary>
    public int? RetryMs { get; private set; }

    /// <summary>The newest comment, without the colon and one space after it; valid until the next call. A hub's heartbeat contains its tip.</summary>
    public ReadOnlyMemory<byte> LastComment => _comment.AsMemory(0, _commentLength);

    /// <summary>Number of comments so far.</summary>
    public long CommentsSeen { get; private set; }

    /// <summary>Reads until one event is complete or the input is consumed.</summary>
    /// <param name="input">Received bytes; consumed bytes are removed from its front. Empty afterwards if the result is false.</param>
    /// <param name="e">The event.</param>
    /// <returns>True with an event: call again with the rest. False if more bytes are needed.</returns>
    /// <exception cref="EventTooLargeException">The event exceeds the limit; every later call throws it again.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> input, out ServerSentEvent e)
    {
        while (true)
        {
            switch (Read(ref input, out e))
            {
                case StreamItem.Event:
                    return true;
                case StreamItem.Nothing:
                    return false;
            }
        }
    }

    /// <summary>Reads until one event, one comment or one id without data is complete, or the input is consumed.</summary>
    /// <param name="input">Received bytes; consumed bytes are removed from its front.</param>
    /// <param name="e">The event, if the result is an event. A comment is in <see cref="LastComment"/>, an id in <see cref="LastEventId"/>.</param>
    /// <returns>What was read; <see cref="StreamItem.Nothing"/> if more bytes are needed.</returns>
    /// <exception cref="EventTooLargeException">The event exceeds the limit; every later call throws it again.</exception>
    public StreamItem Read(ref ReadOnlySpan<byte> input, out ServerSentEvent e)
    {
        if (_failed)
        {
            throw new EventTooLargeException(_limit);
        }

        while (!input.IsEmpty)
        {
            if (_afterCr)
            {
                _afterCr = false;
                if (input[0] == (byte)'\n')
                {
                    input = input[1..];
                    continue;
                }
            }

            int end = input.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
            {
                Keep(input);
                input = default;
                break;
            }

            ReadOnlySpan<byte> line = input[..end];
            _afterCr = input[end] == (byte)'\r';
            input = input[(end + 1)..];
            if (_lineLength > 0)
            {
                Keep(line);
                line = _line.AsSpan(0, _lineLength);
                _lineLength = 0;
            }
            else
            {
                CheckLimit(line.Length);
            }

            if (ReadLine(line, out e) is not StreamItem.Nothing and var item)
            {
                return item;
            }
        }

        e = default;
        return StreamItem.Nothing;
    }

    private StreamItem ReadLine(ReadOnlySpan<byte> line, out ServerSentEvent e)
    {
        if (!_started)
        {
            _started = true;
            if (line.StartsWith("\uFEFF"u8))
            {
                line = line[3..];
            }
        }

        if (line.IsEmpty)
        {
            return Dispatch(out e);
        }

        e = default;
        int colon = line.IndexOf((byte)':');
        ReadOnlySpan<byte> name = colon < 0 ? line : line[..colon];
        ReadOnlySpan<byte> value = colon < 0 ? default : line[(colon + 1)..];
        if (!value.IsEmpty && value[0] == (byte)' ')
        {
            value = value[1..];
        }

        if (colon == 0)
        {
            _commentLength = Math.Min(value.Length, MaxCommentBytes);
            value[.._commentLength].CopyTo(_comment);
            CommentsSeen++;
            return StreamItem.Comment;
        }

        if (name.SequenceEqual("data"u8))
        {
            AppendData(value);
        }
        else if (name.SequenceEqual("id"u8))
        {
            ReadId(value);
        }
        else if (name.SequenceEqual("event"u8))
        {
            _type = ReadRepeated(value, ref _lastType);
        }
        else if (name.SequenceEqual("topic"u8))
        {
            _topic ??= ReadRepeated(value, ref _lastTopic);
        }
        else if (name.SequenceEqual("retry"u8))
        {
            ReadRetry(value);
        }

        return StreamItem.Nothing;
    }

    private StreamItem Dispatch(out ServerSentEvent e)
    {
        HadId = _pendingId is not null;
        if (_pendingId is not null)
        {
            LastEventId = _pendingId;
            _pendingId = null;
        }

        string type = _type;
        (_type, Topic, _topic) = ("", _topic, null);
        if (_dataLength == 0)
        {
            e = default;
            return HadId ? StreamItem.Id : StreamItem.Nothing;
        }

        // The LF after the last line does not belong to the data.
        string data = Encoding.UTF8.GetString(_data, 0, _dataLength - 1);
        _dataLength = 0;
        if (_data.Length > KeptBufferBytes)
        {
            _data = [];
        }

        if (_line.Length > KeptBufferBytes)
        {
            _line = [];
        }

        e = new ServerSentEvent(type.Length == 0 ? "message" : type, data, LastEventId);
        return StreamItem.Event;
    }

    private void ReadId(ReadOnlySpan<byte> value)
    {
        // An id that contains NUL is ignored; an empty one resets the last id.
        if (!value.Contains((byte)0))
        {
            _pendingId = value.IsEmpty ? "" : Encoding.UTF8.GetString(value);
        }
    }

    /// <summary>Reads a type or a topic. Streams repeat a few of them: the string is reused.</summary>
    private static string ReadRepeated(ReadOnlySpan<byte> value, ref string last)
    {
        if (value.Length == last.Length && Ascii.Equals(value, last))
        {
            return last;
        }

        return last = Encoding.UTF8.GetString(value);
    }

    private void ReadRetry(ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty && !value.ContainsAnyExceptInRange((byte)'0', (byte)'9') && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int ms))
        {
            RetryMs = ms;
        }
    }

    private void AppendData(ReadOnlySpan<byte> value)
    {
        Grow(ref _data, _dataLength, value.Length + 1);
        value.CopyTo(_data.AsSpan(_dataLength));
        _dataLength += value.Length;
        _data[_dataLength++] = (byte)'\n';
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        CheckLimit(_lineLength + (long)part.Length);
        Grow(ref _line, _lineLength, part.Length);
        part.CopyTo(_line.AsSpan(_lineLength));
        _lineLength += part.Length;
    }

    /// <summary>Checks the limit identically for whole and partial lines, so that the result does not depend on packet boundaries.</summary>
    private void CheckLimit(long lineLength)
    {
        if (lineLength + _dataLength > _limit)
        {
            _failed = true;
            _line = _data = [];
            throw new EventTooLargeException(_limit);
        }
    }

    private void Grow(ref byte[] buffer, int used, int more)
    {
        if (buffer.Length - used < more)
        {
            long wanted = Math.Max(used + (long)more, Math.Min(2L * buffer.Length, _limit));
            Array.Resize(ref buffer, (int)Math.Max(wanted, 256));
        }
    }
}
