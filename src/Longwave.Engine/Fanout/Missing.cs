using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Fanout;

/// <summary>What a subscriber remembers of the events that it can't be given just now: the first one, and what their policies say.</summary>
internal static class Missing
{
    /// <summary>Whether the subscriber asked for the event and may read it.</summary>
    public static bool IsMatch(Subscriber subscriber, TailEvent found)
    {
        if (!TypeFilter.Matches(subscriber.Request.Types, found.Event.Type) || subscriber.Access?.MayRead(found) == false)
        {
            return false;
        }

        if (subscriber.Filter.Matches(found.Topic.Name))
        {
            return true;
        }

        foreach (Topic alternate in found.Alternates)
        {
            if (subscriber.Filter.Matches(alternate.Name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first event that it missed is all that it remembers.</summary>
    public static void Miss(Subscriber subscriber, TailEvent missed)
    {
        if (subscriber.MissedSequence < 0)
        {
            subscriber.MissedSequence = missed.Sequence;
            subscriber.Cursor = missed.Offset - 1;
        }
    }

    /// <summary>It is blocked while the event comes: the policy of the event's topic says what that means, if the event is for it at all.</summary>
    public static void NoteSlow(Subscriber subscriber, TailEvent missed)
    {
        if (subscriber.Access?.MayRead(missed) == false)
        {
            return;
        }

        SlowConsumer policy = missed.Topic.Policy.SlowConsumer;
        subscriber.IsSlow |= policy != SlowConsumer.CatchUp;
        subscriber.IsTooSlow |= policy == SlowConsumer.Disconnect;
    }

    /// <summary>It is blocked while these come.</summary>
    public static void MissAll(Subscriber subscriber, ReadOnlySpan<TailEvent> missed)
    {
        Miss(subscriber, missed[0]);
        foreach (TailEvent one in missed)
        {
            NoteSlow(subscriber, one);
        }
    }

    /// <summary>A subscriber that was away from the live edge takes bytes again: what came meanwhile it has missed.</summary>
    public static void Return(Subscriber subscriber, EventLog log)
    {
        subscriber.IsSlow |= subscriber.HasBeenLive && log.Topics.HaveSlowPolicies;
        if (subscriber.IsSlow || subscriber.Request.Conflate)
        {
            subscriber.MissedThrough = log.Tip;
        }
    }

    /// <summary>Its sink takes no more for now.</summary>
    public static void Block(Subscriber subscriber, long timestamp) => (subscriber.IsBlocked, subscriber.BlockedSince) = (true, timestamp);

    /// <summary>One broken sink must not take the shard's other subscribers with it.</summary>
    public static void Fail(Subscriber subscriber, Exception failed, ILogger logger)
    {
        subscriber.IsBlocked = true;
        if (subscriber.Closing is null)
        {
            SubscriberLog.DeliveryFailed(logger, subscriber.Id, failed);
            subscriber.Close(CloseReason.Error);
        }
    }

    /// <summary>How many events from a place on one write takes; the rest is missed when the sink blocks.</summary>
    public static int CountOfWrite(List<TailEvent> events, int start, long maxBytes)
    {
        int end = start;
        for (long bytes = 0; end < events.Count && bytes < maxBytes; end++)
        {
            bytes += events[end].Event.Data.Length;
        }

        return end - start;
    }
}
