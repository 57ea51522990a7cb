using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Longwave.Server.Configuration;

namespace Longwave.Server.Identity;

/// <summary>
/// Tickets: what a page that can't send headers (EventSource) puts into the address instead of its token. Each opens one stream, within
/// seconds. They are kept by their hash, so that how long it takes to look one up says nothing about those there are.
/// </summary>
internal sealed class TicketBox(AuthOptions options, TimeProvider clock)
{
    private const int SecretBytes = 32;
    private const int MaxLength = 64;

    // Guards all three.
    private readonly Lock _gate = new();

    private readonly Dictionary<UInt128, (Caller Caller, DateTimeOffset Expires)> _tickets = [];
    private readonly Dictionary<(string Issuer, string Subject), int> _bySubject = [];

    // All live equally long, so the oldest expires first.
    private readonly Queue<(UInt128 Hash, DateTimeOffset Expires)> _order = new();

    /// <summary>Makes a ticket; false when there are as many as may wait.</summary>
    public bool TryIssue(Caller caller, [NotNullWhen(true)] out string? ticket, out DateTimeOffset expires)
    {
        string made = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        UInt128 hash = Hash(made);
        (string Issuer, string Subject) owner = Owner(caller);
        lock (_gate)
        {
            Expire_NeedsLock();
            expires = clock.GetUtcNow() + options.TicketLifetime;
            int waiting = _bySubject.GetValueOrDefault(owner);
            ticket = _tickets.Count < options.MaxTickets && waiting < options.MaxTicketsPerSubject ? made : null;
            if (ticket is null)
            {
                return false;
            }

            _tickets.Add(hash, (caller, expires));
            _bySubject[owner] = waiting + 1;
            _order.Enqueue((hash, expires));
            return true;
        }
    }

    /// <summary>Takes a ticket: the second time it is none.</summary>
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
            Expire_NeedsLock();
            if (_tickets.Remove(hash, out (Caller Caller, DateTimeOffset Expires) found))
            {
                Forget_NeedsLock(found.Caller);
                caller = found.Caller;
            }
        }

        return caller is not null;
    }

    private void Expire_NeedsLock()
    {
        DateTimeOffset now = clock.GetUtcNow();
        while (_order.TryPeek(out (UInt128 Hash, DateTimeOffset Expires) oldest) && (oldest.Expires <= now || !_tickets.ContainsKey(oldest.Hash)))
        {
            _order.Dequeue();
            if (_tickets.Remove(oldest.Hash, out (Caller Caller, DateTimeOffset Expires) found))
            {
                Forget_NeedsLock(found.Caller);
            }
        }
    }

    private void Forget_NeedsLock(Caller caller)
    {
        (string Issuer, string Subject) owner = Owner(caller);
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
}
