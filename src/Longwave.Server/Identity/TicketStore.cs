using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Longwave.Server.Configuration;

namespace Longwave.Server.Identity;

/// <summary>
/// Tickets, which a page that cannot send headers (EventSource) puts into the URL instead of its token. Each opens one stream, within
/// seconds. They are stored by their hash, so that the time of a lookup reveals nothing about existing tickets.
/// </summary>
internal sealed class TicketStore(AuthOptions options, TimeProvider clock)
{
    private const int SecretBytes = 32;
    private const int MaxLength = 64;

    // Guards the three collections below.
    private readonly Lock _gate = new();

    private readonly Dictionary<UInt128, LinkedListNode<Ticket>> _tickets = [];
    private readonly Dictionary<(string Issuer, string Subject), int> _bySubject = [];

    // All tickets have the same lifetime, so the oldest expires first. Contains the same tickets as _tickets: a used ticket is removed from both.
    private readonly LinkedList<Ticket> _order = new();

    /// <summary>Number of stored tickets, including expired ones until the next is issued or used.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _order.Count;
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
            int waiting = _bySubject.GetValueOrDefault(owner);
            ticket = _tickets.Count < options.MaxTickets && waiting < options.MaxTicketsPerSubject ? made : null;
            if (ticket is null)
            {
                return false;
            }

            _tickets.Add(hash, _order.AddLast(new Ticket(hash, caller, expires)));
            _bySubject[owner] = waiting + 1;
            return true;
        }
    }

    /// <summary>Uses a ticket; a second use fails.</summary>
    public bool TryTake(string ticket, [NotNullWhen(true)] out Caller? caller)
    {
        caller = null;
        if (ticket.Length > MaxLength)
        {
            return false;
        }

        UInt128 hash = Hash(ticket);
        lock (_gate)
        {
            DateTimeOffset now = clock.GetUtcNow();
            Expire_NeedsLock(now);
            if (_tickets.TryGetValue(hash, out LinkedListNode<Ticket>? found))
            {
                Remove_NeedsLock(found);

                // Check here, too: after the clock was set back, an older ticket with a later expiry keeps this one in the list.
                caller = found.Value.Expires > now ? found.Value.Caller : null;
            }
        }

        return caller is not null;
    }

    private void Expire_NeedsLock(DateTimeOffset now)
    {
        while (_order.First is { } oldest && oldest.Value.Expires <= now)
        {
            Remove_NeedsLock(oldest);
        }
    }

    private void Remove_NeedsLock(LinkedListNode<Ticket> ticket)
    {
        _order.Remove(ticket);
        _tickets.Remove(ticket.Value.Hash);
        (string Issuer, string Subject) owner = Owner(ticket.Value.Caller);
        if (--_bySubject[owner] == 0)
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

    private readonly record struct Ticket(UInt128 Hash, Caller Caller, DateTimeOffset Expires);
}
