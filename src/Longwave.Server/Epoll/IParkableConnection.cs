namespace Longwave.Server.Epoll;

/// <summary>A connection that can hand over its socket during a response.</summary>
internal interface IParkableConnection
{
    /// <summary>Lets the end of input count as the client's leaving while an answer waits; until the next request, the client may otherwise end its side and still receive the answer.</summary>
    void LeaveAtEnd();

    /// <summary>From now on, holds what the web server writes instead of sending it. Called before the response starts.</summary>
    void HoldOutput();

    /// <summary>
    /// Hands over the socket to a sink, with the held head of the response, which are the first bytes of the stream. From then on the web
    /// server sees the end of its input, and what it writes is dropped.
    /// </summary>
    ParkOutcome Park(SocketSink sink);
}
