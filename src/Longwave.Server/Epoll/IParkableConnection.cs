namespace Longwave.Server.Epoll;

/// <summary>A connection that can give its socket away in the midst of a response.</summary>
internal interface IParkableConnection
{
    /// <summary>From here on what the web server writes is kept instead of sent. Called before the response is started.</summary>
    void HoldOutput();

    /// <summary>
    /// Gives the socket to a sink, with the head of the response, which was held: the first bytes of the stream. The web server sees the end of
    /// its input from then on; what it still writes is dropped.
    /// </summary>
    ParkOutcome Park(SocketSink sink);
}
