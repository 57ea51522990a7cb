namespace Longwave.Client.Subscriptions;

/// <summary>One connection of a subscription, from its request to its end.</summary>
internal interface ITransport : IDisposable
{
    /// <summary>The newest reconnection time that the server sent.</summary>
    TimeSpan? Retry { get; }

    /// <summary>Whether the answer is one of a hub (protocol section 12).</summary>
    bool IsHub { get; }

    /// <summary>The hub's name for the connection (<c>Longwave-Connection</c>).</summary>
    string? ConnectionId { get; }

    /// <summary>The token that it uses.</summary>
    string? Token { get; }

    /// <summary>The next thing that there is to say; after <see cref="DeliveryKind.End"/> there is nothing.</summary>
    /// <exception cref="OperationCanceledException">The caller does not want any more.</exception>
    ValueTask<Delivery> NextAsync();
}
