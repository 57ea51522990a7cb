namespace Longwave.Server.Configuration;

/// <summary>The header in which trusted proxies forward the client's address.</summary>
public enum ForwardedHeader
{
    /// <summary><c>X-Forwarded-For</c>, with <c>X-Forwarded-Proto</c>.</summary>
    XForwardedFor,

    /// <summary><c>Forwarded</c> (RFC 7239), with its <c>proto</c>.</summary>
    Forwarded,
}
