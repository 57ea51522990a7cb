using System.Buffers;
using System.Numerics;

namespace Longwave.Protocol.Framing;

/// <summary>One frame with the chunk framing of HTTP/1.1 around it (RFC 9112, section 7.1): size in hexadecimal, line end, frame, line end.</summary>
/// <remarks>
/// Frames are kept in this form, so that most streams get an event as it stands in memory: nothing is put together per subscriber. Whoever
/// frames in another way (HTTP/2, an embedding web server) takes the <see cref="Payload"/>.
/// </remarks>
public static class Chunk
{
    /// <summary>Bytes around the frame of a chunk, at most: eight digits and two line ends.</summary>
    public const int MostFraming = 12;

    private const int LineEnd = 2;

    /// <summary>The chunk of no bytes, after which a body is over.</summary>
    public static ReadOnlySpan<byte> Last => "0\r\n\r\n"u8;

    /// <summary>Makes a chunk of a frame.</summary>
    /// <param name="frame">At least one byte: a chunk without any would end the body.</param>
    /// <returns>An array of its own.</returns>
    public static byte[] Of(ReadOnlySpan<byte> frame)
    {
        byte[] chunk = new byte[SizeOf(frame.Length)];
        Fill(chunk, frame);
        return chunk;
    }

    /// <summary>Appends the chunk of a frame.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="frame">At least one byte.</param>
    /// <returns>How many bytes were appended.</returns>
    public static int Write(IBufferWriter<byte> writer, ReadOnlySpan<byte> frame)
    {
        ArgumentNullException.ThrowIfNull(writer);
        int size = SizeOf(frame.Length);
        Fill(writer.GetSpan(size)[..size], frame);
        writer.Advance(size);
        return size;
    }

    /// <summary>The frame in a whole chunk.</summary>
    /// <param name="chunk">What <see cref="Of"/> or <see cref="Write"/> made.</param>
    public static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> chunk) => chunk[(chunk.IndexOf((byte)'\n') + 1)..^LineEnd];

    private static int SizeOf(int frameBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(frameBytes);
        return Digits(frameBytes) + LineEnd + frameBytes + LineEnd;
    }

    private static int Digits(int size) => (BitOperations.Log2((uint)size) / 4) + 1;

    private static void Fill(Span<byte> chunk, ReadOnlySpan<byte> frame)
    {
        int digits = Digits(frame.Length);
        for (int i = digits - 1, rest = frame.Length; i >= 0; i--, rest >>= 4)
        {
            chunk[i] = "0123456789abcdef"u8[rest & 15];
        }

        "\r\n"u8.CopyTo(chunk[digits..]);
        frame.CopyTo(chunk[(digits + LineEnd)..]);
        "\r\n"u8.CopyTo(chunk[^LineEnd..]);
    }
}
