using System.Buffers;
using System.Runtime.InteropServices;
using Longwave.Engine.Access;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
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
    private readonly ArrayBufferWriter<byte> _said = new(256);
    private readonly int[] _noticeEnd = new int[1];
    private byte[]? _notice;
    private IReadOnlyList<string> _types = [];
    private MissedEvents? _survey;
    private int _noted;

    public EventFormat Format { get; private set; }

    /// <summary>Which events the reader of the page may have; null for all.</summary>
    public ReadAccess? Access { get; private set; }

    /// <summary>Events written since <see cref="Begin"/>, or noted since <see cref="BeginSurvey"/>.</summary>
    public int Count => IsSurvey ? _noted : _ends.Count;

    /// <summary>True while events are noted, not written.</summary>
    public bool IsSurvey => _survey is not null;

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

        // A survey that a storage error ended would note the events of this page instead of writing them.
        (Format, _types, Access, _notice, _survey) = (format, types, access, null, null);
    }

    /// <summary>Offset of the event at a place of the run.</summary>
    public long OffsetOf(int index) => _offsets[index];

    /// <summary>Adds a gap to what is said before the page. All of it is one frame: a sink takes a frame whole.</summary>
    public void WriteGap(Position from, Position to, string reason)
    {
        if (_notice is null)
        {
            _said.ResetWrittenCount();
        }

        ControlEvents.WriteGap(_said, Format, from, to, reason);
        _notice = Chunk.Of(_said.WrittenSpan);
        _noticeEnd[0] = _notice.Length;
    }

    /// <summary>Until <see cref="EndSurvey"/> events are noted there, and not written.</summary>
    public void BeginSurvey(MissedEvents missed) => (_survey, _noted) = (missed, 0);

    public void EndSurvey() => _survey = null;

    /// <summary>Takes an event that is only to be noted.</summary>
    public void Note(long offset, Topic topic, string? key)
    {
        _survey!.Note(offset, offset, topic, key);
        _noted++;
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
