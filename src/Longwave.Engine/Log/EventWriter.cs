using System.Buffers;
using System.Runtime.InteropServices;
using Longwave.Engine.Grants;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
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
    private ArrayBufferWriter<byte> _frame = new(4 * 1024);
    private readonly List<int> _ends = [];
    private readonly List<long> _offsets = [];
    private readonly int[] _noticeEnd = new int[1];
    private byte[]? _notice;
    private IReadOnlyList<string> _types = [];

    public EventFormat Format { get; private set; }

    /// <summary>Which events the reader of the page may have; null for all.</summary>
    public ReadAccess? Access { get; private set; }

    /// <summary>Events written since <see cref="Begin"/>.</summary>
    public int Count => _ends.Count;

    public bool IsFull => _buffer.WrittenCount >= PageBytes;

    /// <summary>The events.</summary>
    public FrameRun Run => new(_buffer.WrittenMemory, CollectionsMarshal.AsSpan(_ends), isShared: false);

    public bool HasNotice => _notice is not null;

    /// <summary>A notice that belongs before the page.</summary>
    public FrameRun Notice => new(_notice, _noticeEnd, isShared: true);

    public void Begin(EventFormat format, IReadOnlyList<string> types, ReadAccess? access)
    {
        if (_buffer.Capacity > KeptBytes)
        {
            _buffer = new ArrayBufferWriter<byte>(PageBytes + (PageBytes / 4));
        }

        if (_frame.Capacity > PageBytes)
        {
            _frame = new ArrayBufferWriter<byte>(4 * 1024);
        }

        _buffer.ResetWrittenCount();
        _ends.Clear();
        _offsets.Clear();
        (Format, _types, Access, _notice) = (format, types, access, null);
    }

    /// <summary>Offset of the event at a place of the run.</summary>
    public long OffsetOf(int index) => _offsets[index];

    public void WriteGap(Position from, Position to)
    {
        _frame.ResetWrittenCount();
        ControlEvents.WriteGap(_frame, Format, from, to);
        _notice = Chunk.Of(_frame.WrittenSpan);
        _noticeEnd[0] = _notice.Length;
    }

    public bool Wants(string? type) => TypeFilter.Matches(_types, type);

    public void Write(in EventView view)
    {
        _frame.ResetWrittenCount();
        EventFrames.Write(_frame, Format, in view);
        Chunk.Write(_buffer, _frame.WrittenSpan);
        Wrote(view.Position.Offset);
    }

    /// <summary>Writes an event that is in the hot tail.</summary>
    public void Write(long offset, ReadOnlySpan<byte> chunk)
    {
        _buffer.Write(chunk);
        Wrote(offset);
    }

    private void Wrote(long offset)
    {
        _ends.Add(_buffer.WrittenCount);
        _offsets.Add(offset);
    }
}
