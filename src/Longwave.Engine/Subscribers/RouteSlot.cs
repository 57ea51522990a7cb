using System.Runtime.InteropServices;
using Longwave.Engine.Access;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Subscribers;

/// <summary>Fields of a live subscriber that a round needs, in adjacent slots, so that a delivery touches few other cache lines.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct RouteSlot(Subscriber subscriber)
{
    /// <summary>The subscriber.</summary>
    public readonly Subscriber Subscriber = subscriber;

    /// <summary>Destination of the subscriber's bytes.</summary>
    public readonly ISink Sink = subscriber.Sink;

    /// <summary>Read access of the subscriber; null if it may read every event that it requests.</summary>
    public readonly ReadAccess? Access = subscriber.Access;

    /// <summary>Position of the subscriber, stored here while it is ready.</summary>
    public long SentThrough = subscriber.SentThrough;

    /// <summary>Format of the subscriber's events.</summary>
    public readonly EventFormat Format = subscriber.Request.Format;
}
