using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Longwave.Server.Configuration;

namespace Longwave.Server.Identity;

/// <summary>
/// Tickets, which a page that cannot send headers (EventSource) puts into the URL instead of its token. The first use binds a ticket to the client's address
/// and to its stream. Later uses resume this stream: only the same address with the same query, only while the stream is not open, and only until some
/// minutes after its end. Tickets are stored by their hash, so that the time of a lookup reveals nothing about existing tickets.
/// </summary>
internal sealed class TicketStore(AuthOptions options, TimeProvider clock)
{
    private const int SecretBytes = 32;
    private const int MaxLength = 64;

    // Guards the four collections below, and the tickets in them.
    private readonly Lock _gate = new();

    private readonly Dictionary<UInt128, LinkedListNode<Ticket>> _tickets = [];
    private readonly Dictionary<(string Issuer, string Subject), int> _bySubject = [];

    // Unused tickets. All have the same lifetime, so the oldest expires first.
    private readonly LinkedList<Ticket> _unused = new();

    // Used tickets without an open stream, by the end of their stream; the oldest expires first. A ticket with an open stream is in neither list: the number
    // of those is limited by the number of streams.
    private readonly LinkedList<Ticket> _waiting = new();

    /// <summary>Number of stored tickets, including expired ones until the next is issued or used.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _tickets.Count;
            }
        }
    }

    /// <summary>Creates a ticket; false when the limit of unused tickets is reached.</summary>
    public bool TryIssue(Caller caller, [NotNullWhen(true)] out string? ticket, out DateTimeOffset expires)
    {
        string made = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        UInt128 hash = Hash(made);
        (string Issuer, string Subject) owner = Owner(caller);
        lock (_gate)
        {
            DateTimeOffset now = clock.GetUtcNow();
            Expire_NeedsLock(now);
            expires = now + options.TicketLifetime;
            int unused = _bySubject.GetValueOrDefault(owner);
            ticket = _unused.Count < options.MaxTickets && unused < options.MaxTicketsPerSubject ? made : null;
            if (ticket is null)
            {
                return false;
            }

            _tickets.Add(hash, _unused.AddLast(new Ticket(hash, caller, expires)));
            _bySubject[owner] = unused + 1;
            return true;
        }
    }

    /// <summary>Uses a ticket. <see cref="TryOpen"/> must follow before its stream opens.</summary>
    public TicketOutcome TryTake(string secret, TicketUse use, out Ticket? ticket)
    {
        ticket = null;
        if (secret.Length > MaxLength)
        {
            return TicketOutcome.Invalid;
        }

        UInt128 hash = Hash(secret);
        lock (_gate)
        {
            DateTimeOffset now = clock.GetUtcNow();
            Expire_NeedsLock(now);
            if (!_tickets.TryGetValue(hash, out LinkedListNode<Ticket>? found))
            {
                return TicketOutcome.Invalid;
            }

            Ticket known = found.Value;
            if (known.Use is { } bound && bound != use)
            {
                return TicketOutcome.Invalid;
            }

            if (known.IsOpen)
            {
                return TicketOutcome.InUse;
            }

            // Check here, too: after the clock was set back, an older ticket with a later expiry keeps this one in the list.
            if (known.Expires <= now)
            {
                Remove_NeedsLock(found);
                return TicketOutcome.Invalid;
            }

            if (known.Use is null)
            {
                Unlink_NeedsLock(found);
                known.Use = use;
                Wait_NeedsLock(found, now);
            }

            ticket = known;
            return TicketOutcome.Accepted;
        }
    }

    /// <summary>Marks the stream of a ticket as open; null if it is open already.</summary>
    public TicketLease? TryOpen(Ticket ticket)
    {
        lock (_gate)
        {
            // A ticket that another client has displaced since it was taken has no entry any more. Its stream may open; it cannot be resumed.
            if (ticket.IsOpen)
            {
                return null;
            }

            ticket.IsOpen = true;
            if (_tickets.TryGetValue(ticket.Hash, out LinkedListNode<Ticket>? node))
            {
                Unlink_NeedsLock(node);
            }

            return new TicketLease(this, ticket);
        }
    }

    /// <summary>Marks the stream of a ticket as ended.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="mayReturn">Whether the client may open the stream again.</param>
    internal void Close(Ticket ticket, bool mayReturn)
    {
        lock (_gate)
        {
            ticket.IsOpen = false;
            if (!_tickets.TryGetValue(ticket.Hash, out LinkedListNode<Ticket>? node))
            {
                return;
            }

            if (mayReturn)
            {
                Wait_NeedsLock(node, clock.GetUtcNow());
            }
            else
            {
                _tickets.Remove(ticket.Hash);
            }
        }
    }

    /// <summary>Keeps a used ticket until its client returns. At the limit, the ticket that has waited longest is removed.</summary>
    private void Wait_NeedsLock(LinkedListNode<Ticket> ticket, DateTimeOffset now)
    {
        if (_waiting.Count >= options.MaxTickets)
        {
            Remove_NeedsLock(_waiting.First!);
        }

        ticket.Value.Expires = now + options.TicketReconnectTime;
        _waiting.AddLast(ticket);
    }

    private void Expire_NeedsLock(DateTimeOffset now)
    {
        foreach (LinkedList<Ticket> list in (ReadOnlySpan<LinkedList<Ticket>>)[_unused, _waiting])
        {
            while (list.First is { } oldest && oldest.Value.Expires <= now)
            {
                Remove_NeedsLock(oldest);
            }
        }
    }

    private void Remove_NeedsLock(LinkedListNode<Ticket> ticket)
    {
        Unlink_NeedsLock(ticket);
        _tickets.Remove(ticket.Value.Hash);
    }

    /// <summary>Removes a ticket from its list, and from the count of its subject if it is unused.</summary>
    private void Unlink_NeedsLock(LinkedListNode<Ticket> ticket)
    {
        bool isUnused = ticket.List == _unused;
        ticket.List?.Remove(ticket);
        (string Issuer, string Subject) owner = Owner(ticket.Value.Caller);
        if (isUnused && --_bySubject[owner] == 0)
        {
            _bySubject.Remove(owner);
        }
    }

    private static (string Issuer, string Subject) Owner(Caller caller) => caller.Owner ?? ("", "");

    private static UInt128 Hash(string ticket)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(ticket), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
