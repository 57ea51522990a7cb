namespace Longwave.Publish;

/// <summary>Reads byte lines in bounded memory. Lines end with LF or CRLF; the last needs no line end; a leading byte order mark is dropped.</summary>
internal sealed class LineReader(Stream input)
{
    /// <summary>Maximum line length, in bytes: the largest event that a hub can be configured to accept, with room for escapes.</summary>
    public const int MaxLineBytes = 128 * 1024 * 1024;

    private const int FirstBufferBytes = 1024 * 1024;

    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _start;
    private int _scanned;
    private int _end;
    private bool _ended;

    /// <summary>Number of the last line read, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Bytes consumed so far.</summary>
    public long BytesTaken { get; private set; }

    /// <summary>Whether a line exceeded <see cref="MaxLineBytes"/>; reading cannot continue.</summary>
    public bool LineTooLong { get; private set; }

    /// <summary>Takes a line that is already buffered.</summary>
    /// <param name="line">The line without its end; valid until <see cref="FillAsync"/>.</param>
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

    /// <summary>Waits for more input; false at the end of the input, after the last line was taken.</summary>
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

        // A read of standard input cannot be cancelled: on interruption, stop waiting and abandon the read.
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
