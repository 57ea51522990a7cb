namespace Longwave.Engine.Access;

/// <summary>Who holds a stream, as far as the engine has to know. Immutable: a renewal replaces it.</summary>
public sealed record StreamIdentity
{
    /// <summary>The name of the connection, told to the client so that it can renew.</summary>
    public required string Connection { get; init; }

    /// <summary>Which events reach it; null for every one it asked for.</summary>
    public ReadAccess? Access { get; init; }

    /// <summary>The caller's own record of who holds the stream. The engine only keeps it: one exchange of the identity replaces both.</summary>
    public object? Holder { get; init; }

    /// <summary>When its token expires; null for never.</summary>
    public StreamExpiry? Expiry { get; init; }
}
