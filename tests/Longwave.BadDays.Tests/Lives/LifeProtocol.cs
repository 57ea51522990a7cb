namespace Longwave.BadDays.Tests.Lives;

/// <summary>What a connection speaks.</summary>
internal enum LifeProtocol
{
    /// <summary>HTTP/1.0 without TLS.</summary>
    Http10,

    /// <summary>HTTP/1.1 without TLS.</summary>
    Http11,

    /// <summary>HTTP/2 with prior knowledge, without TLS.</summary>
    Http2,

    /// <summary>HTTP/1.1 in TLS.</summary>
    Tls,

    /// <summary>HTTP/2 in TLS.</summary>
    TlsHttp2,
}
