namespace Longwave.Server.Identity;

/// <summary>Result of the use of a ticket.</summary>
internal enum TicketOutcome
{
    /// <summary>The ticket is not valid: unknown, expired, or bound to another client or stream.</summary>
    Invalid,

    /// <summary>The ticket is valid, and its stream is still open.</summary>
    InUse,

    /// <summary>The ticket is valid.</summary>
    Accepted,
}
