namespace Longwave.Engine.Access;

/// <summary>Identity of a stream, as far as the engine needs it. Immutable: a renewal replaces it.</summary>
public sealed record StreamIdentity
{
    /// <summary>Name of the connection, sent to the client so that it can renew.</summary>
    public required string Connection { get; init; }

    /// <summary>Read access of the stream; null if it may read every event that it requests.</summary>
    public ReadAccess? Access { get; init; }

    /// <summary>
    /// Record of the application about the caller that the stream belongs to. The engine only stores it, so that a renewal replaces both in one
    /// exchange.
    /// </summary>
    public object? Holder { get; init; }

    /// <summary>Expiry of the token; null for never.</summary>
    public StreamExpiry? Expiry { get; init; }
}
