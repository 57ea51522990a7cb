namespace Longwave.Server.Epoll;

/// <summary>A socket that a <see cref="Reactor"/> watches: a connection of the web server, or a parked stream.</summary>
internal interface IReactorSocket
{
    /// <summary>Identifies one descriptor among earlier and later ones with the same number; epoll returns it with every event.</summary>
    long Token { get; }

    /// <summary>Handles events since the last call. Reactor thread only, so it must not block. Spurious events are possible.</summary>
    /// <param name="events">The event mask of epoll_ctl(2).</param>
    void OnEvents(uint events);

    /// <summary><see cref="OnEvents"/> threw an exception. Its work may be incomplete, so the socket is closed.</summary>
    void OnFailure();
}
