using System.Globalization;
using System.Net;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Admission;

/// <summary>
/// Decides whether a stream may be opened and a publish be taken, before either costs much: memory first, then what the client's address
/// and its subject have taken already. The bound of all streams together is the engine's.
/// </summary>
internal sealed class AdmissionControl : IDisposable
{
    private const string ShortOfMemory = "The hub is short of memory and rejects new streams and publishes until memory is free; open streams continue.";

    private readonly AdmissionOptions _options;
    private readonly ClientAddresses _clients;
    private readonly MemoryWatch _memory;
    private readonly ClientTable<AddressKey> _addresses;
    private readonly ClientTable<(string Issuer, string Subject)> _subjects;

    public AdmissionControl(LongwaveOptions options, ClientAddresses clients, MemoryWatch memory, TimeProvider clock)
    {
        _options = options.Server.Admission;
        _clients = clients;
        _memory = memory;
        _addresses = new ClientTable<AddressKey>(_options.Address, _options.MaxClients, clock);
        _subjects = new ClientTable<(string Issuer, string Subject)>(_options.Subject, _options.MaxClients, clock);
    }

    /// <summary>Takes a place for one stream or poll.</summary>
    /// <param name="context">The request.</param>
    /// <param name="subject">Whoever the token names, and who issued it; null for nobody.</param>
    /// <param name="place">The place, to be given back when the stream is over; null when nobody counts this client, or it was refused.</param>
    public Problem? TryAdmitStream(HttpContext context, (string Issuer, string Subject)? subject, out StreamPlace? place)
    {
        place = null;
        if (_memory.IsShort)
        {
            return new Problem(ProblemTypes.ShortOfMemory, ShortOfMemory);
        }

        (ClientUsage? address, ClientUsage? named) = Hold(context, subject);
        Problem? problem = Enter(address, "address", _options.Address.MaxStreams);
        if (problem is null && (problem = Enter(named, "subject", _options.Subject.MaxStreams)) is not null)
        {
            address?.CloseStream();
        }

        if (problem is not null)
        {
            Return(address, named);
            return problem;
        }

        place = address is null && named is null ? null : new StreamPlace(this, address, named);
        return null;
    }

    /// <summary>Begins a publish; what it takes is counted as its size becomes known.</summary>
    /// <param name="context">The request.</param>
    /// <param name="subject">Whoever the token names, and who issued it; null for nobody.</param>
    /// <param name="permit">To be disposed when the publish is answered; null when nobody counts this client, or it was refused.</param>
    public Problem? TryAdmitPublish(HttpContext context, (string Issuer, string Subject)? subject, out PublishPermit? permit)
    {
        permit = null;
        if (_memory.IsShort)
        {
            return new Problem(ProblemTypes.ShortOfMemory, ShortOfMemory);
        }

        (ClientUsage? address, ClientUsage? named) = Hold(context, subject);
        permit = address is null && named is null ? null : new PublishPermit(this, address, named);
        return null;
    }

    public void Dispose()
    {
        _addresses.Dispose();
        _subjects.Dispose();
    }

    /// <summary>A stream is over.</summary>
    internal void Leave(ClientUsage? address, ClientUsage? subject)
    {
        address?.CloseStream();
        subject?.CloseStream();
        Return(address, subject);
    }

    internal void Return(ClientUsage? address, ClientUsage? subject)
    {
        if (address is not null)
        {
            _addresses.Return(address);
        }

        if (subject is not null)
        {
            _subjects.Return(subject);
        }
    }

    /// <summary>Counts a stream and its opening; on a refusal nothing stays counted but the attempt.</summary>
    private static Problem? Enter(ClientUsage? usage, string whose, int most)
    {
        if (usage is null)
        {
            return null;
        }

        if (usage.TakeOpening() is { } wait)
        {
            return new Problem(ProblemTypes.RateLimited, $"This {whose} opens too many streams per second.") { RetryAfter = wait };
        }

        return usage.TryOpenStream()
            ? null
            : new Problem(
                ProblemTypes.TooManyStreams,
                string.Create(CultureInfo.InvariantCulture, $"This {whose} has {most} open streams, its limit; close some, or share one stream for all topics."));
    }

    private (ClientUsage? Address, ClientUsage? Subject) Hold(HttpContext context, (string Issuer, string Subject)? subject)
    {
        IPAddress address = _clients.Of(context);
        bool counted = _options.LimitLoopback || !IPAddress.IsLoopback(address);
        return (
            counted ? _addresses.Hold(AddressKey.Of(address, _options.Ipv6PrefixLength)) : null,
            subject is { } named ? _subjects.Hold(named) : null);
    }
}
