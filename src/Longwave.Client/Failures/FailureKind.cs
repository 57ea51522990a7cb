namespace Longwave.Client.Failures;

/// <summary>How a request or a stream failed.</summary>
public enum FailureKind
{
    /// <summary>DNS could not resolve the host name.</summary>
    UnknownHost,

    /// <summary>No process listens at the address.</summary>
    ConnectionRefused,

    /// <summary>The address is unreachable for another reason.</summary>
    Unreachable,

    /// <summary>TLS failed, most often because of an untrusted certificate.</summary>
    NotSecure,

    /// <summary>The connection broke.</summary>
    Broken,

    /// <summary>No response arrived in time.</summary>
    TimedOut,

    /// <summary>The token provider failed.</summary>
    NoToken,

    /// <summary>An open stream was silent for 2.5 heartbeats.</summary>
    Silent,

    /// <summary>The hub rejected the request with a problem document (RFC 9457).</summary>
    Problem,

    /// <summary>A non-success status without a problem document.</summary>
    Status,

    /// <summary>The response is not from a hub, or is not an event stream.</summary>
    NotAHub,

    /// <summary>The stream sent an event larger than the limit.</summary>
    EventTooLarge,

    /// <summary>The hub closed the stream because the token was revoked or an administrator closed it.</summary>
    Revoked,
}
