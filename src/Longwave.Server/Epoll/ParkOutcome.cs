namespace Longwave.Server.Epoll;

/// <summary>What became of a connection that was to give its socket away.</summary>
internal enum ParkOutcome
{
    /// <summary>The sink has the socket.</summary>
    Parked,

    /// <summary>The client has closed the connection.</summary>
    ClientGone,

    /// <summary>The head of the response is larger than what is held of it.</summary>
    HeadTooLarge,
}
