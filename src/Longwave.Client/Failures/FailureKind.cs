namespace Longwave.Client.Failures;

/// <summary>In which way a request failed.</summary>
public enum FailureKind
{
    /// <summary>The name of the machine could not be resolved.</summary>
    UnknownHost,

    /// <summary>Nothing listens at the address.</summary>
    ConnectionRefused,

    /// <summary>The address could not be reached for another reason.</summary>
    Unreachable,

    /// <summary>TLS failed: a certificate that is not trusted, most often.</summary>
    NotSecure,

    /// <summary>The connection broke.</summary>
    Broken,

    /// <summary>No answer came in time.</summary>
    TimedOut,

    /// <summary>The token provider failed.</summary>
    NoToken,

    /// <summary>An open stream said nothing for 2.5 heartbeats.</summary>
    Silent,

    /// <summary>The hub refused, with a problem document (RFC 9457).</summary>
    Problem,

    /// <summary>A status that is no success, and no problem document with it.</summary>
    Status,

    /// <summary>An answer that is not what a hub, or an event stream, says.</summary>
    NotAHub,

    /// <summary>The stream sent an event above the limit.</summary>
    EventTooLarge,

    /// <summary>The hub ended the stream because the token was revoked, or an administrator ended it.</summary>
    Revoked,
}
