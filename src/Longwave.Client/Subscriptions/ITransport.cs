namespace Longwave.Client.Subscriptions;

/// <summary>One connection of a subscription, from its request to its end.</summary>
internal interface ITransport : IDisposable
{
    /// <summary>The last <c>retry:</c> that the server sent.</summary>
    TimeSpan? Retry { get; }

    /// <summary>Whether the server is a Longwave hub (protocol section 12).</summary>
    bool IsHub { get; }

    /// <summary>The hub's id of the connection (<c>Longwave-Connection</c>).</summary>
    string? ConnectionId { get; }

    /// <summary>Token that the connection uses.</summary>
    string? Token { get; }

    /// <summary>Returns the next item. <see cref="DeliveryKind.End"/> is the last one.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    ValueTask<Delivery> NextAsync();
}
