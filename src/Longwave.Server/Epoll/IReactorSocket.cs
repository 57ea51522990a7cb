namespace Longwave.Server.Epoll;

/// <summary>A socket that a <see cref="Reactor"/> watches: a connection of the web server, or a parked stream.</summary>
internal interface IReactorSocket
{
    /// <summary>Tells one descriptor from later ones with the same number; it comes back with every event.</summary>
    long Token { get; }

    /// <summary>Something happened since the last time. On the reactor's thread, so it must not wait. Events can also come for no reason.</summary>
    /// <param name="events">The events of epoll_ctl(2).</param>
    void OnEvents(uint events);
}
