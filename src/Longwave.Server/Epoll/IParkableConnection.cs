namespace Longwave.Server.Epoll;

/// <summary>A connection that can give its socket away in the midst of a response.</summary>
internal interface IParkableConnection
{
    /// <summary>From here on what the web server writes is kept instead of sent. Called before the response is started.</summary>
    void HoldOutput();

    /// <summary>
    /// Gives the socket to a sink, with the head of the response, which was held: the first bytes of the stream. To the web server it looks as
    /// if the client had said all that it wants to say; whatever it still writes is dropped.
    /// </summary>
    /// <returns>False when the client has gone.</returns>
    bool TryPark(SocketSink sink);
}
