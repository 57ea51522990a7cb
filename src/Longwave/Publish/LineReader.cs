namespace Longwave.Publish;

/// <summary>Reads lines of bytes in bounded memory: LF or CRLF ends them, the last one needs no end, a byte order mark at the start is dropped.</summary>
internal sealed class LineReader(Stream input)
{
    /// <summary>Longest line; the largest event that a hub can be set to take, with room for its escapes.</summary>
    public const int MaxLineBytes = 128 * 1024 * 1024;

    private const int FirstBufferBytes = 1024 * 1024;

    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _start;
    private int _scanned;
    private int _end;
    private bool _ended;

    /// <summary>Number of the line taken last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Bytes taken so far.</summary>
    public long BytesTaken { get; private set; }

    /// <summary>A line grew over <see cref="MaxLineBytes"/>; nothing more can be read.</summary>
    public bool LineTooLong { get; private set; }

    /// <summary>Takes a line that is there already.</summary>
    /// <param name="line">Without its end; valid until <see cref="FillAsync"/>.</param>
    public bool TryTake(out ReadOnlyMemory<byte> line)
    {
        int at = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
        int end = at >= 0 ? _scanned + at : _end;
        _scanned = end;
        if (at < 0 && !(_ended && _end > _start))
        {
            line = default;
            return false;
        }

        int next = Math.Min(end + 1, _end);
        int last = end > _start && _buffer[end - 1] == (byte)'\r' ? end - 1 : end;
        line = _buffer.AsMemory(_start, last - _start);
        if (Number == 0 && line.Span.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        BytesTaken += next - _start;
        Number++;
        _start = _scanned = next;
        return true;
    }

    /// <summary>Waits for more; false when there is no more and the last line was taken.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_ended)
        {
            return _end > _start;
        }

        MakeRoom();
        if (LineTooLong)
        {
            return false;
        }

        // Reading standard input can't be cancelled: whoever is interrupted leaves without its answer.
        int read = await input.ReadAsync(_buffer.AsMemory(_end), CancellationToken.None).AsTask().WaitAsync(cancellation);
        _end += read;
        _ended = read == 0;
        return !_ended || _end > _start;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _scanned -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            LineTooLong = _buffer.Length >= MaxLineBytes;
            Array.Resize(ref _buffer, LineTooLong ? _buffer.Length : Math.Min(2 * _buffer.Length, MaxLineBytes));
        }
    }
}
