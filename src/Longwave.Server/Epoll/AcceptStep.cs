namespace Longwave.Server.Epoll;

/// <summary>What a listener does after accept(2).</summary>
internal enum AcceptStep
{
    /// <summary>No connection waits: wait for the next edge.</summary>
    Wait,

    /// <summary>Accept the next connection now.</summary>
    Retry,

    /// <summary>Try again after a pause, because no edge reports the end of the cause.</summary>
    Pause,

    /// <summary>The listening socket is unusable: stop listening.</summary>
    Stop,
}
