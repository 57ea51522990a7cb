namespace Longwave.Server.Epoll;

/// <summary>What a listener does after accept(2).</summary>
internal enum AcceptStep
{
    /// <summary>Nothing waits: the next edge tells.</summary>
    Wait,

    /// <summary>Accept the next connection now.</summary>
    Retry,

    /// <summary>Try again after a pause, because no edge tells when the cause has gone.</summary>
    Pause,

    /// <summary>The listening socket is unusable: stop listening.</summary>
    Stop,
}
