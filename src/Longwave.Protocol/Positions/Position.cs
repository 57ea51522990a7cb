using System.Buffers.Text;
using System.Globalization;

namespace Longwave.Protocol.Positions;

/// <summary>Position of an event in the log: <c>epoch-offset</c>, e.g. <c>5f3a9c1e-1042</c>. It is the SSE <c>id:</c>.</summary>
/// <remarks>
/// An offset alone does not suffice: a replaced log (another data directory, a restored machine) starts at one again, and a
/// subscriber that resumes with offset 1042 of the old log would miss the first 1,042 events of the new one. The epoch
/// identifies the log, so the hub can report to the subscriber that its position is not valid in this log.
/// </remarks>
/// <param name="Epoch">Identity of the log, 32 random bits.</param>
/// <param name="Offset">Number of the event in the log, from 1; 0 is the position before the first event.</param>
public readonly record struct Position(uint Epoch, long Offset)
{
    /// <summary>Maximum text length of a position, in characters and bytes: 8 hexadecimal digits, a hyphen, 19 decimal digits.</summary>
    public const int MaxTextLength = EpochDigits + 1 + MaxOffsetDigits;

    private const int EpochDigits = 8;
    private const int MaxOffsetDigits = 19;

    /// <summary>Parses a position: 8 lower-case hexadecimal digits, '-', a decimal offset without leading zeros.</summary>
    /// <remarks>Each position has exactly one text, so that ids can be compared as text.</remarks>
    /// <returns>False if <paramref name="text"/> is not a position (an offset above <see cref="long.MaxValue"/> included).</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out Position position)
    {
        position = default;
        if (text.Length > MaxTextLength)
        {
            return false;
        }

        Span<byte> utf8 = stackalloc byte[MaxTextLength];
        for (int i = 0; i < text.Length; i++)
        {
            // Characters above ASCII become a byte that is not valid in a position.
            utf8[i] = text[i] < 0x80 ? (byte)text[i] : (byte)0xFF;
        }

        return TryParse(utf8[..text.Length], out position);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out Position)"/>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Position position)
    {
        position = default;
        if (utf8.Length < EpochDigits + 2 || utf8.Length > MaxTextLength || utf8[EpochDigits] != (byte)'-')
        {
            return false;
        }

        uint epoch = 0;
        foreach (byte b in utf8[..EpochDigits])
        {
            int digit = b switch
            {
                >= (byte)'0' and <= (byte)'9' => b - '0',
                >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
                _ => -1,
            };
            if (digit < 0)
            {
                return false;
            }

            epoch = (epoch << 4) | (uint)digit;
        }

        ReadOnlySpan<byte> digits = utf8[(EpochDigits + 1)..];
        if (digits.Length > 1 && digits[0] == (byte)'0')
        {
            return false;
        }

        ulong offset = 0; // 19 digits are less than 10^19, which fits into 64 unsigned bits.
        foreach (byte b in digits)
        {
            if (!char.IsAsciiDigit((char)b))
            {
                return false;
            }

            offset = (offset * 10) + (uint)(b - '0');
        }

        if (offset > long.MaxValue)
        {
            return false;
        }

        position = new Position(epoch, (long)offset);
        return true;
    }

    /// <summary>Writes the text of the position as ASCII bytes; <see cref="MaxTextLength"/> bytes always suffice.</summary>
    /// <returns>False if <paramref name="destination"/> is too short; its contents are then undefined.</returns>
    public bool TryFormat(Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (destination.Length < EpochDigits + 2)
        {
            return false;
        }

        uint epoch = Epoch;
        for (int i = EpochDigits - 1; i >= 0; i--)
        {
            destination[i] = "0123456789abcdef"u8[(int)(epoch & 0xF)];
            epoch >>= 4;
        }

        destination[EpochDigits] = (byte)'-';
        if (!Utf8Formatter.TryFormat(Offset, destination[(EpochDigits + 1)..], out int digits))
        {
            return false;
        }

        bytesWritten = EpochDigits + 1 + digits;
        return true;
    }

    /// <summary>The text of the position, e.g. <c>5f3a9c1e-1042</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch:x8}-{Offset}");
}
