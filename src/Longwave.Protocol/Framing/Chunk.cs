using System.Buffers;
using System.Numerics;

namespace Longwave.Protocol.Framing;

/// <summary>One frame with the chunk framing of HTTP/1.1 (RFC 9112, section 7.1): size in hexadecimal, line end, frame, line end.</summary>
/// <remarks>
/// Frames are kept in this form, so that most streams send them from memory unchanged, without work per subscriber. A transport with other
/// framing (HTTP/2, an embedding web server) uses the <see cref="Payload"/>.
/// </remarks>
public static class Chunk
{
    /// <summary>Maximum framing bytes of a chunk: eight digits and two line ends.</summary>
    public const int MostFraming = 12;

    internal const int LineEnd = 2;

    /// <summary>The zero-length chunk that ends a body.</summary>
    public static ReadOnlySpan<byte> Last => "0\r\n\r\n"u8;

    /// <summary>Creates the chunk of a frame.</summary>
    /// <param name="frame">At least one byte: a chunk without bytes would end the body.</param>
    /// <returns>A new array.</returns>
    public static byte[] Of(ReadOnlySpan<byte> frame)
    {
        byte[] chunk = new byte[SizeOf(frame.Length)];
        Fill(chunk, frame);
        return chunk;
    }

    /// <summary>Appends the chunk of a frame.</summary>
    /// <param name="writer">Destination.</param>
    /// <param name="frame">At least one byte.</param>
    /// <returns>Number of appended bytes.</returns>
    public static int Write(IBufferWriter<byte> writer, ReadOnlySpan<byte> frame)
    {
        ArgumentNullException.ThrowIfNull(writer);
        int size = SizeOf(frame.Length);
        Fill(writer.GetSpan(size)[..size], frame);
        writer.Advance(size);
        return size;
    }

    /// <summary>Returns the frame of a complete chunk.</summary>
    /// <param name="chunk">A chunk from <see cref="Of"/> or <see cref="Write"/>.</param>
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
