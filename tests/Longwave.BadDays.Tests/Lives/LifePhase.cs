namespace Longwave.BadDays.Tests.Lives;

/// <summary>How far a connection gets before it ends.</summary>
internal enum LifePhase
{
    /// <summary>Nothing was sent; with TLS, a part of the first handshake message.</summary>
    Connected,

    /// <summary>A part of the head of a request was sent.</summary>
    Head,

    /// <summary>The head and a part of the body of a publish were sent.</summary>
    Body,

    /// <summary>A publish was answered.</summary>
    Answer,

    /// <summary>A long poll waits.</summary>
    Poll,

    /// <summary>A stream has begun.</summary>
    Stream,

    /// <summary>A stream replays more than the client reads, so the hub waits for the client.</summary>
    Unread,
}
