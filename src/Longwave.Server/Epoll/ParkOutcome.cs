namespace Longwave.Server.Epoll;

/// <summary>Result of parking a connection.</summary>
internal enum ParkOutcome
{
    /// <summary>The sink has the socket.</summary>
    Parked,

    /// <summary>The client has closed the connection.</summary>
    ClientGone,

    /// <summary>The head of the response exceeds the limit of held bytes.</summary>
    HeadTooLarge,
}
