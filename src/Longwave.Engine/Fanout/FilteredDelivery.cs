using System.Runtime.InteropServices;
using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Subscribers;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Fanout;

/// <summary>
/// Step 6 of the path of an event for individually served subscribers (see <see cref="HubEngine"/>): each receives all its events of a turn in one
/// write. Shard thread only, so it needs no lock; it allocates nothing per delivery.
/// </summary>
internal sealed class FilteredDelivery(HubLimits limits, PacedQueue paced, Counters<HubCounter> counters, TimeProvider clock, ILogger logger)
{
    private readonly TurnBuffer _buffer = new(limits.ShardTurnRoutes);
    private readonly List<Subscriber> _subscribers = [];
    private readonly List<LoggedEvent> _events = [];
    private readonly List<LoggedEvent> _readable = [];
    private readonly FrameBatchBuilder _builder = new();

    /// <summary>Adds an event that matches the subscriber's filter.</summary>
    public void Add(Subscriber subscriber, LoggedEvent added)
    {
        if (subscriber.IsBlocked)
        {
            subscriber.Miss(added);
            subscriber.NotePolicy(added);
            return;
        }

        if (subscriber.DeliveryInterval is not null)
        {
            // The event waits for the next paced delivery.
            subscriber.Miss(added);
            paced.Add(subscriber);
            return;
        }

        MakeRoom();
        if (subscriber.Pending.IsEmpty)
        {
            _subscribers.Add(subscriber);
        }

        _buffer.Add(ref subscriber.Pending, added);
    }

    /// <summary>Sends the routed events.</summary>
    public void Flush()
    {
        foreach (Subscriber subscriber in _subscribers)
        {
            _events.Clear();
            _buffer.Copy(subscriber.Pending, _events);
            subscriber.Pending = default;
            SendInWrites(subscriber, _events);
        }

        _subscribers.Clear();
        _events.Clear();
        _buffer.Clear();
    }

    /// <summary>Sends the collected events to one subscriber.</summary>
    private void SendInWrites(Subscriber subscriber, List<LoggedEvent> events)
    {
        for (int start = 0, count; start < events.Count; start += count)
        {
            count = CountOfWrite(events, start, limits.MaxWriteBytes);
            SendOrMiss(subscriber, CollectionsMarshal.AsSpan(events).Slice(start, count));
        }
    }

    private void SendOrMiss(Subscriber subscriber, ReadOnlySpan<LoggedEvent> events)
    {
        while (!events.IsEmpty && events[0].Offset <= subscriber.SentThrough)
        {
            events = events[1..];
        }

        if (events.IsEmpty)
        {
            return;
        }

        if (subscriber.IsBlocked)
        {
            subscriber.Miss(events);
        }
        else if (subscriber.Access is { } access)
        {
            SendReadable(subscriber, access, events);
        }
        else
        {
            Send(subscriber, access: null, events);
        }
    }

    private void SendReadable(Subscriber subscriber, ReadAccess access, ReadOnlySpan<LoggedEvent> events)
    {
        access.Select(events, _readable);
        if (_readable.Count > 0)
        {
            Send(subscriber, access, CollectionsMarshal.AsSpan(_readable));
        }
    }

    /// <summary>Sends events to a subscriber that is not blocked, until its sink is full.</summary>
    private void Send(Subscriber subscriber, ReadAccess? access, ReadOnlySpan<LoggedEvent> events)
    {
        try
        {
            _builder.Build(events, subscriber.Request.Format, access);
            bool open = subscriber.Sink.TrySend(_builder.Batch, out int taken);
            DeliveryCounts.Add(counters, taken, _builder.Batch.Ends[taken - 1], open);
            subscriber.SentThrough = events[taken - 1].Offset;
            if (!open)
            {
                subscriber.Block(clock.GetTimestamp());
                if (taken < events.Length)
                {
                    subscriber.Miss(events[taken..]);
                }
            }
        }
        catch (Exception failed)
        {
            subscriber.Fail(failed, logger);
        }
    }

    /// <summary>
    /// Number of events from an index on that fit in one write. If the sink is full after that write, the rest becomes missed events.
    /// </summary>
    private static int CountOfWrite(List<LoggedEvent> events, int start, long maxBytes)
    {
        int end = start;
        for (long bytes = 0; end < events.Count && bytes < maxBytes; end++)
        {
            bytes += events[end].Event.Data.Length;
        }

        return end - start;
    }

    private void MakeRoom()
    {
        if (_buffer.IsFull)
        {
            Flush();
        }
    }
}
