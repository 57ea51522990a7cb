using System.Buffers;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Fanout;

/// <summary>What a live subscriber is still to get of what it missed, while that is near in the hot tail. Of the shard's thread.</summary>
internal sealed class MissedResume(EventLog log, HubLimits limits)
{
    private readonly MissedEvents _missed = new(limits.JoinScanEvents);
    private readonly ArrayBufferWriter<byte> _notice = new(256);

    /// <summary>Looks through the tail for what the subscriber missed, and gathers what it is still to get of that.</summary>
    /// <returns>False when part of it has left the tail.</returns>
    public bool TrySurvey(Subscriber subscriber, long sequence, long end, List<TailEvent> kept)
    {
        _missed.Begin(subscriber);
        for (; sequence < end; sequence++)
        {
            if (log.Tail[sequence] is not { } missed)
            {
                return false;
            }

            if (missed.Offset > subscriber.Cursor && Missing.IsMatch(subscriber, missed))
            {
                _missed.Note(sequence, missed.Offset, missed.Topic, missed.Event.Key);
            }
        }

        for (int i = 0; i < _missed.Count; i++)
        {
            if (_missed[i] < 0)
            {
                continue;
            }

            if (log.Tail[_missed[i]] is not { } found)
            {
                return false;
            }

            kept.Add(found);
        }

        return true;
    }

    /// <summary>The events for a subscriber from a place on, as many as one write takes. False when they have left the hot tail.</summary>
    public bool TryGather(Subscriber subscriber, ref long sequence, long end, List<TailEvent> events)
    {
        events.Clear();
        for (long bytes = 0; sequence < end && bytes < limits.MaxWriteBytes; sequence++)
        {
            if (log.Tail[sequence] is not { } found)
            {
                return false;
            }

            if (found.Offset > subscriber.Cursor && Missing.IsMatch(subscriber, found))
            {
                events.Add(found);
                bytes += found.Event.Data.Length;
            }
        }

        return true;
    }

    /// <summary>The gap notice for what was skipped.</summary>
    public byte[] TakeNotice(Subscriber subscriber)
    {
        _notice.ResetWrittenCount();
        ControlEvents.WriteGap(
            _notice,
            subscriber.Request.Format,
            new Position(log.Epoch, subscriber.SkippedAfter),
            new Position(log.Epoch, subscriber.SkippedThrough),
            ControlEvents.Skipped);
        subscriber.SkippedAfter = -1;
        return Chunk.Of(_notice.WrittenSpan);
    }
}
