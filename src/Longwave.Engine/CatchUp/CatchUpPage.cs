using System.Buffers;
using System.Runtime.InteropServices;
using Longwave.Engine.Access;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.CatchUp;

/// <summary>Frames of one page, which a lagging subscriber receives in one write. Reused for each page; for one thread.</summary>
/// <param name="pageBytes">Size in bytes after which the page accepts no more events.</param>
internal sealed class CatchUpPage(int pageBytes)
{
    /// <summary>Size of a page of a catch-up reader, in bytes: a few times what Kestrel and a socket buffer accept at once.</summary>
    public const int ReaderBytes = 256 * 1024;

    /// <summary>Size in pages above which a buffer is released, so that one large event does not enlarge it permanently.</summary>
    private const int KeptPages = 4;

    private readonly List<int> _ends = [];
    private readonly List<ReadPosition> _positions = [];
    private readonly ArrayBufferWriter<byte> _notices = new(256);
    private readonly int[] _noticeEnd = new int[1];
    private ArrayBufferWriter<byte> _buffer = new();
    private ArrayBufferWriter<byte> _frame = new(4 * 1024);
    private readonly VisibleTopics _topics = new();
    private ReadAccess? _access;
    private byte[]? _only;
    private byte[]? _notice;

    public EventFormat Format { get; private set; }

    /// <summary>Number of events written since <see cref="Begin"/>.</summary>
    public int Count => _ends.Count;

    public bool IsFull => Count > 0 && _ends[^1] >= pageBytes;

    public bool HasNotice => _notice is not null;

    /// <summary>The events of the page; one or more.</summary>
    /// <remarks>
    /// A single event of the hot tail is passed on without a copy, so that a sink that accepts only a part of it keeps the shared bytes. Otherwise
    /// each slow client of large events would cost the size of an event.
    /// </remarks>
    public FrameBatch Batch => _only is not null
        ? new FrameBatch(_only, CollectionsMarshal.AsSpan(_ends), isShared: true)
        : new FrameBatch(_buffer.WrittenMemory, CollectionsMarshal.AsSpan(_ends), isShared: false);

    /// <summary>Notices that precede the events, as one frame, because a sink accepts a frame as a whole.</summary>
    public FrameBatch Notice => new(_notice, _noticeEnd, isShared: true);

    /// <summary>Begins a page.</summary>
    /// <param name="format">Format of the frames.</param>
    /// <param name="access">Read access of the subscriber; null if it may read every topic.</param>
    public void Begin(EventFormat format, ReadAccess? access)
    {
        if (_buffer.Capacity > KeptPages * pageBytes)
        {
            _buffer = new ArrayBufferWriter<byte>();
        }

        if (_frame.Capacity > pageBytes)
        {
            _frame = new ArrayBufferWriter<byte>(4 * 1024);
        }

        _buffer.ResetWrittenCount();
        _notices.ResetWrittenCount();
        _ends.Clear();
        _positions.Clear();
        (Format, _access, _only, _notice) = (format, access, null, null);
    }

    /// <summary>Position in the log of the event at an index of the batch: its offset, and its sequence in the hot tail or -1.</summary>
    public ReadPosition PositionOf(int index) => _positions[index];

    /// <summary>Adds a gap notice.</summary>
    public void AddGap(Position from, Position to, string reason)
    {
        ControlEvents.WriteGap(_notices, Format, from, to, reason);
        _notice = Chunk.Of(_notices.WrittenSpan);
        _noticeEnd[0] = _notice.Length;
    }

    /// <summary>Writes an event from storage.</summary>
    public void Write(in StoredEvent found)
    {
        CopyOnly();
        _frame.ResetWrittenCount();
        EventFrames.Write(
            _frame, Format, _topics.TryReduce(_access, Format, in found) ? found.View(Format, _topics.First, _topics.Alternates) : found.View(Format));
        Chunk.Write(_buffer, _frame.WrittenSpan);
        Wrote(_buffer.WrittenCount, new ReadPosition(found.Offset, -1));
    }

    /// <summary>Writes an event from the hot tail.</summary>
    public void Write(LoggedEvent found)
    {
        bool isReduced = _topics.TryReduce(_access, Format, found);
        if (Count == 0 && !isReduced)
        {
            _only = found.Chunk(Format);
            Wrote(_only.Length, new ReadPosition(found.Offset, found.Sequence));
            return;
        }

        CopyOnly();
        if (isReduced)
        {
            found.WriteChunk(_buffer, Format, _topics.First, _topics.Alternates);
        }
        else
        {
            _buffer.Write(found.Chunk(Format));
        }

        Wrote(_buffer.WrittenCount, new ReadPosition(found.Offset, found.Sequence));
    }

    /// <summary>Copies the single shared event into the buffer, because another event follows.</summary>
    private void CopyOnly()
    {
        if (_only is not null)
        {
            _buffer.Write(_only);
            _only = null;
        }
    }

    private void Wrote(int end, ReadPosition position)
    {
        _ends.Add(end);
        _positions.Add(position);
    }
}
