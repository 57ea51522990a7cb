using Longwave.Protocol.Positions;

namespace Longwave.Client.Subscriptions;

/// <summary>One thing that a connection has to say.</summary>
internal readonly record struct Delivery(DeliveryKind Kind)
{
    public static readonly Delivery Opened = new(DeliveryKind.Opened);

    /// <summary>With <see cref="DeliveryKind.Event"/>.</summary>
    public ReceivedEvent? Event { get; private init; }

    /// <summary>With <see cref="DeliveryKind.Event"/>: whether it had an id of its own.</summary>
    public bool HadId { get; private init; }

    /// <summary>With <see cref="DeliveryKind.Id"/>, and with <see cref="DeliveryKind.Notice"/> when the notice had an id.</summary>
    public string? Id { get; private init; }

    /// <summary>With <see cref="DeliveryKind.Notice"/>.</summary>
    public HubNotice? Notice { get; private init; }

    /// <summary>With <see cref="DeliveryKind.Tip"/>.</summary>
    public Position Tip { get; private init; }

    /// <summary>With <see cref="DeliveryKind.Comment"/>, valid until the connection is asked for more.</summary>
    public ReadOnlyMemory<byte> Comment { get; private init; }

    /// <summary>With <see cref="DeliveryKind.End"/>.</summary>
    public ConnectionEnd? End { get; private init; }

    public static Delivery OfEvent(ReceivedEvent e, bool hadId) => new(DeliveryKind.Event) { Event = e, HadId = hadId };

    public static Delivery OfId(string id) => new(DeliveryKind.Id) { Id = id };

    public static Delivery OfNotice(HubNotice notice, string? id = null) => new(DeliveryKind.Notice) { Notice = notice, Id = id };

    public static Delivery OfComment(ReadOnlyMemory<byte> comment) => new(DeliveryKind.Comment) { Comment = comment };

    public static Delivery OfTip(Position tip) => new(DeliveryKind.Tip) { Tip = tip };

    public static Delivery OfEnd(ConnectionEnd end) => new(DeliveryKind.End) { End = end };
}

/// <summary>What a <see cref="Delivery"/> is.</summary>
internal enum DeliveryKind
{
    /// <summary>The connection is made.</summary>
    Opened,

    /// <summary>An event.</summary>
    Event,

    /// <summary>An id without an event.</summary>
    Id,

    /// <summary>The hub says something about the stream.</summary>
    Notice,

    /// <summary>A comment of a hub's stream: the greeting, or a heartbeat.</summary>
    Comment,

    /// <summary>Everything up to a position was given.</summary>
    Tip,

    /// <summary>The connection is over.</summary>
    End,
}
