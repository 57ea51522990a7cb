using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Bodies;

/// <summary>
/// The compressed bytes of a gzip body (RFC 1952), as the decompressor reads them. Limits their number, because a body of empty blocks decompresses to
/// nothing, and remembers the trailer.
/// </summary>
internal sealed class ReceivedStream : Stream
{
    /// <summary>Size of the checksum and the length at the end of a gzip body.</summary>
    private const int TrailerBytes = 8;

    private readonly Func<CancellationToken, ValueTask<ReadResult>> _receive;
    private readonly PipeReader _pipe;
    private readonly long _mostBytes;
    private readonly byte[] _trailer = new byte[TrailerBytes];
    private bool _isDisposed;

    /// <summary>Creates the stream; it does not read yet.</summary>
    /// <param name="receive">Receives more of the body, within the limits of time.</param>
    /// <param name="pipe">The pipe of the body.</param>
    /// <param name="mostBytes">Maximum number of compressed bytes.</param>
    public ReceivedStream(Func<CancellationToken, ValueTask<ReadResult>> receive, PipeReader pipe, long mostBytes)
    {
        (_receive, _pipe, _mostBytes) = (receive, pipe, mostBytes);
        Decompressed = PipeReader.Create(new GZipStream(this, CompressionMode.Decompress));
    }

    /// <summary>The decompressed bytes.</summary>
    public PipeReader Decompressed { get; }

    /// <summary>Memory that is counted for the decompressor.</summary>
    public long ReservedBytes { get; set; }

    /// <summary>Number of compressed bytes so far.</summary>
    public long Received { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>
    /// Whether the body was one gzip member without other bytes after it. The decompressor ignores what follows a member, and bytes that are not read must not
    /// be accepted.
    /// </summary>
    /// <param name="length">Number of decompressed bytes.</param>
    public bool IsOneMember(long length) =>
        Received >= TrailerBytes && BinaryPrimitives.ReadUInt32LittleEndian(_trailer.AsSpan(sizeof(uint))) == (uint)length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ReadResult result = await _receive(cancellationToken);
        ReadOnlySequence<byte> taken = result.Buffer.Slice(0, Math.Min(buffer.Length, result.Buffer.Length));
        int length = (int)taken.Length;
        taken.CopyTo(buffer.Span);
        _pipe.AdvanceTo(taken.End);
        Received += length;
        if (Received > _mostBytes)
        {
            throw new BadHttpRequestException("The compressed body is too large.", StatusCodes.Status413PayloadTooLarge);
        }

        Remember(buffer.Span[..length]);
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        // The decompressor disposes this stream in turn.
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            Decompressed.Complete();
        }

        base.Dispose(disposing);
    }

    /// <summary>Keeps the last bytes.</summary>
    private void Remember(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < TrailerBytes)
        {
            _trailer.AsSpan(bytes.Length).CopyTo(_trailer);
            bytes.CopyTo(_trailer.AsSpan(TrailerBytes - bytes.Length));
        }
        else
        {
            bytes[^TrailerBytes..].CopyTo(_trailer);
        }
    }
}
