using Longwave.Protocol.Positions;

namespace Longwave.Client.Subscriptions;

/// <summary>One item that a connection delivers.</summary>
internal readonly record struct Delivery(DeliveryKind Kind)
{
    public static readonly Delivery Opened = new(DeliveryKind.Opened);

    /// <summary>The event, for <see cref="DeliveryKind.Event"/>.</summary>
    public ReceivedEvent? Event { get; private init; }

    /// <summary>Whether the event has its own id, for <see cref="DeliveryKind.Event"/>.</summary>
    public bool HadId { get; private init; }

    /// <summary>The id, for <see cref="DeliveryKind.Id"/>, and for <see cref="DeliveryKind.Notice"/> when the notice has one.</summary>
    public string? Id { get; private init; }

    /// <summary>The notice, for <see cref="DeliveryKind.Notice"/>.</summary>
    public HubNotice? Notice { get; private init; }

    /// <summary>The position, for <see cref="DeliveryKind.Tip"/>.</summary>
    public Position Tip { get; private init; }

    /// <summary>The comment, for <see cref="DeliveryKind.Comment"/>; valid until the next item is requested.</summary>
    public ReadOnlyMemory<byte> Comment { get; private init; }

    /// <summary>The end of the connection, for <see cref="DeliveryKind.End"/>.</summary>
    public ConnectionEnd? End { get; private init; }

    public static Delivery OfEvent(ReceivedEvent e, bool hadId) => new(DeliveryKind.Event) { Event = e, HadId = hadId };

    public static Delivery OfId(string id) => new(DeliveryKind.Id) { Id = id };

    public static Delivery OfNotice(HubNotice notice, string? id = null) => new(DeliveryKind.Notice) { Notice = notice, Id = id };

    public static Delivery OfComment(ReadOnlyMemory<byte> comment) => new(DeliveryKind.Comment) { Comment = comment };

    public static Delivery OfTip(Position tip) => new(DeliveryKind.Tip) { Tip = tip };

    public static Delivery OfEnd(ConnectionEnd end) => new(DeliveryKind.End) { End = end };
}

/// <summary>Kinds of <see cref="Delivery"/>.</summary>
internal enum DeliveryKind
{
    /// <summary>The connection is open.</summary>
    Opened,

    /// <summary>An event.</summary>
    Event,

    /// <summary>An id without an event.</summary>
    Id,

    /// <summary>A message of the hub about the stream.</summary>
    Notice,

    /// <summary>A comment in a hub's stream: the greeting or a heartbeat.</summary>
    Comment,

    /// <summary>Everything up to a position was delivered.</summary>
    Tip,

    /// <summary>The connection ended.</summary>
    End,
}
