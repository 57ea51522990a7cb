namespace Longwave.Server.Identity;

/// <summary>The open stream of a ticket; ended once.</summary>
internal sealed class TicketLease(TicketStore tickets, Ticket ticket)
{
    private TicketStore? _tickets = tickets;

    /// <summary>Ends the lease when the stream has ended.</summary>
    /// <param name="mayReturn">Whether the client may open the stream again.</param>
    public void End(bool mayReturn) => Interlocked.Exchange(ref _tickets, null)?.Close(ticket, mayReturn);
}
