using System.Buffers;
using Longwave.Engine.Access;
using Longwave.Engine.Log;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;

namespace Longwave.Engine.Fanout;

/// <summary>Concatenates the frames of several events into one batch. Shard thread only.</summary>
internal sealed class FrameBatchBuilder
{
    /// <summary>Size in bytes above which a buffer is released, so that one large event does not enlarge it permanently.</summary>
    private const int KeptBytes = 1024 * 1024;

    private readonly VisibleTopics _topics = new();
    private ArrayBufferWriter<byte> _bytes = new(4 * 1024);
    private int[] _ends = new int[16];
    private ReadOnlyMemory<byte> _chunks;
    private int _count;
    private bool _isShared;

    /// <summary>The last batch that was built; valid until the next call of <c>Build</c>.</summary>
    public FrameBatch Batch => new(_chunks, _ends.AsSpan(0, _count), _isShared);

    /// <summary>Builds the batch of one or more events.</summary>
    /// <param name="events">The events.</param>
    /// <param name="format">Format of the frames.</param>
    /// <param name="access">Read access of the subscriber; null if it may read every topic.</param>
    public void Build(ReadOnlySpan<LoggedEvent> events, EventFormat format, ReadAccess? access = null)
    {
        _count = events.Length;
        if (_count > _ends.Length)
        {
            _ends = new int[Math.Max(_count, _ends.Length * 2)];
        }

        _isShared = _count == 1 && !_topics.TryReduce(access, format, events[0]);
        if (_isShared)
        {
            _chunks = events[0].Chunk(format);
            _ends[0] = _chunks.Length;
            return;
        }

        if (_bytes.Capacity > KeptBytes)
        {
            _bytes = new ArrayBufferWriter<byte>(4 * 1024);
        }

        _bytes.ResetWrittenCount();
        for (int i = 0; i < events.Length; i++)
        {
            if (_topics.TryReduce(access, format, events[i]))
            {
                events[i].WriteChunk(_bytes, format, _topics.First, _topics.Alternates);
            }
            else
            {
                _bytes.Write(events[i].Chunk(format));
            }

            _ends[i] = _bytes.WrittenCount;
        }

        _chunks = _bytes.WrittenMemory;
    }
}
