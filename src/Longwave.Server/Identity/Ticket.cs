namespace Longwave.Server.Identity;

/// <summary>A ticket. <see cref="TicketStore"/> guards everything that changes.</summary>
internal sealed class Ticket(UInt128 hash, Caller caller, DateTimeOffset expires)
{
    /// <summary>Hash of the secret.</summary>
    public UInt128 Hash => hash;

    /// <summary>The caller that obtained the ticket.</summary>
    public Caller Caller => caller;

    /// <summary>When the ticket expires, unless its stream is open.</summary>
    public DateTimeOffset Expires { get; set; } = expires;

    /// <summary>What the first use has bound the ticket to; null before.</summary>
    public TicketUse? Use { get; set; }

    /// <summary>Whether the stream of the ticket is open.</summary>
    public bool IsOpen { get; set; }
}
