namespace Longwave.BadDays.Tests.Lives;

/// <summary>How the client ends a connection.</summary>
internal enum LifeEnd
{
    /// <summary>The client closes the connection.</summary>
    Fin,

    /// <summary>The client closes the connection with a TCP reset.</summary>
    Rst,

    /// <summary>The client ends its side; the hub must end the other one.</summary>
    HalfClose,

    /// <summary>The client does nothing; the hub must end the connection.</summary>
    Silence,

    /// <summary>The client sends further requests behind the first one and closes the connection.</summary>
    Pipeline,

    /// <summary>The request asks for another protocol; then the client closes the connection.</summary>
    Upgrade,

    /// <summary>The client resets the stream of HTTP/2, opens and resets further ones, and closes the connection.</summary>
    Reset,
}
