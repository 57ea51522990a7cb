using System.Runtime.InteropServices;
using Longwave.Engine.Access;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Subscribers;

/// <summary>What a sweep needs of a live subscriber, beside that of the next one, so that a delivery touches little else.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct RouteMember(Subscriber subscriber)
{
    /// <summary>Who it is.</summary>
    public readonly Subscriber Subscriber = subscriber;

    /// <summary>Where its bytes go.</summary>
    public readonly ISink Sink = subscriber.Sink;

    /// <summary>Which events reach it; null for all.</summary>
    public readonly ReadAccess? Access = subscriber.Access;

    /// <summary>The subscriber's cursor, kept here while the member is ready.</summary>
    public long Cursor = subscriber.SentThrough;

    /// <summary>How its events are written.</summary>
    public readonly EventFormat Format = subscriber.Request.Format;
}
