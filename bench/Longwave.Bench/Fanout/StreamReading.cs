namespace Longwave.Bench.Fanout;

/// <summary>
/// How far one stream has been read: takes the response in whatever pieces it comes, undoes chunked transfer coding (RFC 9112, section 7.1)
/// and finds the numbers of events. A struct in an array, so that thousands of streams cost neither objects nor time.
/// </summary>
internal struct StreamReading
{
    private Part _part;
    private int _left;
    private int _digits;
    private int _number;

    private enum Part : byte
    {
        Head,
        Plain,
        ChunkSize,
        ChunkExtension,
        ChunkData,
        ChunkEnd,
    }

    /// <summary>Whether the response's head has been read.</summary>
    public readonly bool IsGreeted => _part is not Part.Head;

    /// <summary>Takes the next bytes and writes the numbers of the events that end in them; returns how many that are.</summary>
    /// <exception cref="BenchFailedException">The answer was not 200.</exception>
    public int Take(ReadOnlySpan<byte> bytes, Span<int> numbers)
    {
        int found = 0;
        while (!bytes.IsEmpty)
        {
            switch (_part)
            {
                case Part.Head:
                    bytes = TakeHead(bytes);
                    break;
                case Part.Plain:
                    found += Find(bytes, numbers[found..]);
                    return found;
                case Part.ChunkData:
                    int taken = Math.Min(_left, bytes.Length);
                    found += Find(bytes[..taken], numbers[found..]);
                    bytes = bytes[taken..];
                    _left -= taken;
                    _part = _left == 0 ? Part.ChunkEnd : Part.ChunkData;
                    break;
                default:
                    TakeFraming(bytes[0]);
                    bytes = bytes[1..];
                    break;
            }
        }

        return found;
    }

    /// <summary>Every server here writes the head in one piece, and the loopback delivers it so.</summary>
    private ReadOnlySpan<byte> TakeHead(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0 || !bytes.StartsWith("HTTP/1.1 200"u8))
        {
            throw new BenchFailedException($"A stream was refused: {System.Text.Encoding.ASCII.GetString(bytes[..Math.Min(bytes.Length, 500)])}");
        }

        _part = bytes[..end].IndexOf("chunked"u8) >= 0 ? Part.ChunkSize : Part.Plain;
        return bytes[(end + 4)..];
    }

    private void TakeFraming(byte next)
    {
        switch (_part, next)
        {
            case (Part.ChunkSize or Part.ChunkExtension, (byte)'\n'):
                _part = Part.ChunkData;
                break;
            case (Part.ChunkSize, >= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f' or >= (byte)'A' and <= (byte)'F'):
                _left = (_left << 4) | (next <= '9' ? next - '0' : (next | 0x20) - 'a' + 10);
                break;
            case (Part.ChunkSize, _):
                _part = Part.ChunkExtension;
                break;
            case (Part.ChunkEnd, (byte)'\n'):
                _part = Part.ChunkSize;
                break;
        }
    }

    private int Find(ReadOnlySpan<byte> bytes, Span<int> numbers)
    {
        int found = 0;
        while (true)
        {
            while (_digits > 0 && !bytes.IsEmpty)
            {
                _number = (_number * 10) + bytes[0] - '0';
                bytes = bytes[1..];
                if (--_digits == 0)
                {
                    numbers[found++] = _number;
                }
            }

            int mark = bytes.IndexOf(EventNumbers.Mark);
            if (mark < 0)
            {
                return found;
            }

            bytes = bytes[(mark + 1)..];
            (_digits, _number) = (EventNumbers.Digits, 0);
        }
    }
}
