using System.Buffers.Binary;
using System.Text;

namespace Longwave.BadDays.Tests.Attacks;

/// <summary>Frames of HTTP/2 (RFC 9113, section 4) and header blocks without a dynamic table (HPACK, RFC 7541), for clients that end them as no library does.</summary>
internal static class Http2Frames
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;

    public const byte EndStream = 0x1;
    public const byte EndHeaders = 0x4;

    private const int FrameHeader = 9;
    private const int Cancel = 8;
    private const byte AuthorityName = 1;
    private const byte MethodName = 2;
    private const byte PathName = 4;

    /// <summary>First bytes of a client: the preface and empty settings.</summary>
    public static byte[] Start()
    {
        var bytes = new MemoryStream();
        bytes.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Write(bytes, Settings, 0, 0, []);
        return bytes.ToArray();
    }

    /// <summary>Appends a frame.</summary>
    public static void Write(MemoryStream bytes, byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[FrameHeader];
        BinaryPrimitives.WriteInt32BigEndian(header, payload.Length << 8);
        (header[3], header[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(header[5..], stream);
        bytes.Write(header);
        bytes.Write(payload);
    }

    /// <summary>Appends a frame that resets a stream with CANCEL.</summary>
    public static void WriteReset(MemoryStream bytes, int stream) => Write(bytes, Reset, 0, stream, [0, 0, 0, Cancel]);

    /// <summary>Header block of a request. Each value has at most 126 bytes.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="authority">Host and port.</param>
    /// <param name="isTls">Whether the scheme is https.</param>
    /// <param name="fields">Further fields, pseudo-header fields first.</param>
    public static byte[] HeaderBlock(string method, string path, string authority, bool isTls = false, params IEnumerable<(string Name, string Value)> fields)
    {
        // Indexed fields of the static table: 2 is GET, 3 is POST, 6 is http, 7 is https. Index 0 announces a literal name.
        var block = new MemoryStream();
        switch (method)
        {
            case "GET":
                block.WriteByte(0x82);
                break;
            case "POST":
                block.WriteByte(0x83);
                break;
            default:
                WriteIndexed(MethodName, method);
                break;
        }

        block.WriteByte((byte)(isTls ? 0x87 : 0x86));
        WriteIndexed(PathName, path);
        WriteIndexed(AuthorityName, authority);
        foreach ((string name, string value) in fields)
        {
            block.WriteByte(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return block.ToArray();

        void WriteIndexed(byte name, string value)
        {
            block.WriteByte(name);
            WriteText(block, value);
        }
    }

    private static void WriteText(MemoryStream block, string text)
    {
        block.WriteByte((byte)text.Length);
        block.Write(Encoding.ASCII.GetBytes(text));
    }
}
