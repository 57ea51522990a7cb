using System.Buffers;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Log;

/// <summary>Gathers the frames of one page of catch-up. Reused from page to page; for one thread.</summary>
internal sealed class EventWriter
{
    /// <summary>Bytes that end a page: what Kestrel and a socket buffer take at once, a few times over.</summary>
    private const int PageBytes = 256 * 1024;

    /// <summary>A buffer that one huge event has blown up is not kept.</summary>
    private const int KeptBytes = 4 * PageBytes;

    private ArrayBufferWriter<byte> _buffer = new(PageBytes + (PageBytes / 4));
    private readonly ArrayBufferWriter<byte> _notice = new();
    private IReadOnlyList<string> _types = [];

    public EventFormat Format { get; private set; }

    /// <summary>Events written since <see cref="Begin"/>.</summary>
    public int Count { get; private set; }

    public bool IsFull => _buffer.WrittenCount >= PageBytes;

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>A notice that belongs before the page.</summary>
    public ReadOnlySpan<byte> Notice => _notice.WrittenSpan;

    public void Begin(EventFormat format, IReadOnlyList<string> types)
    {
        if (_buffer.Capacity > KeptBytes)
        {
            _buffer = new ArrayBufferWriter<byte>(PageBytes + (PageBytes / 4));
        }

        _buffer.ResetWrittenCount();
        _notice.ResetWrittenCount();
        (Format, _types, Count) = (format, types, 0);
    }

    public void WriteGap(Position from, Position to) => ControlEvents.WriteGap(_notice, Format, from, to);

    public bool Wants(string? type) => TypeFilter.Matches(_types, type);

    public void Write(in EventView view)
    {
        EventFrames.Write(_buffer, Format, in view);
        Count++;
    }

    public void Write(ReadOnlySpan<byte> frame)
    {
        _buffer.Write(frame);
        Count++;
    }
}
