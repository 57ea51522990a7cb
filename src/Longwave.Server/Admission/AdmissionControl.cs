using System.Globalization;
using System.Net;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Admission;

/// <summary>
/// Admits or rejects streams, publishes and other requests before they cost much. Streams and publishes are checked against the memory first, all
/// against the limits of the client's address and its subject. The engine limits the number of all streams.
/// </summary>
internal sealed class AdmissionControl : IDisposable
{
    private const string ShortOfMemory = "The hub is short of memory and rejects new streams and publishes until memory is free; open streams continue.";

    private readonly AdmissionOptions _options;
    private readonly ClientAddresses _clients;
    private readonly MemoryWatch _memory;
    private readonly AnswerBudget _answers;
    private readonly TimeProvider _clock;
    private readonly ClientTable<AddressKey> _addresses;
    private readonly ClientTable<(string Issuer, string Subject)> _subjects;

    public AdmissionControl(LongwaveOptions options, ClientAddresses clients, MemoryWatch memory, AnswerBudget answers, TimeProvider clock)
    {
        _options = options.Server.Admission;
        _clients = clients;
        _memory = memory;
        _answers = answers;
        _clock = clock;
        _addresses = new ClientTable<AddressKey>(_options.Address, _options.MaxClients, ShareOf(answers, _options.Address), clock);
        _subjects = new ClientTable<(string Issuer, string Subject)>(_options.Subject, _options.MaxClients, ShareOf(answers, _options.Subject), clock);
    }

    /// <summary>Counts one stream or poll, or rejects it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="subject">Issuer and subject of the token; null for an anonymous caller.</param>
    /// <param name="place">The counted stream, to be disposed of when it ends; null when the client is not limited, or the stream is rejected.</param>
    public Problem? TryAdmitStream(HttpContext context, (string Issuer, string Subject)? subject, out StreamLease? place)
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

        place = address is null && named is null ? null : new StreamLease(this, _answers, address, named);
        return null;
    }

    /// <summary>Room for the bytes of an admitted stream.</summary>
    /// <param name="place">The counted stream; null if its client is not limited.</param>
    public AnswerRoom RoomOf(StreamLease? place) => place is null ? _answers : place;

    /// <summary>Room for the answer of another request, in the share of its address. Disposed of after the answer.</summary>
    public AnswerLease RoomOf(HttpContext context) => new(this, _answers, Hold(context, subject: null).Address, null);

    /// <summary>The client that limits of cost apply to: the subject, or the address of an anonymous caller; null when the client is not limited.</summary>
    /// <param name="context">The request.</param>
    /// <param name="subject">Issuer and subject of the token; null for an anonymous caller.</param>
    public object? ClientOf(HttpContext context, (string Issuer, string Subject)? subject)
    {
        IPAddress address = _clients.Of(context);
        return subject is { } named ? named : IsCounted(address) ? AddressKey.Of(address, _options.Ipv6PrefixLength) : null;
    }

    /// <summary>Begins a publish; its bytes and events are counted as their number becomes known.</summary>
    /// <param name="context">The request.</param>
    /// <param name="subject">Issuer and subject of the token; null for an anonymous caller.</param>
    /// <param name="permit">The permit, to be disposed of when the publish is answered; null when the client is not limited, or the publish is rejected.</param>
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

    /// <summary>Counts the cost of a request's endpoint against the rate of its address, before anything else is done for it; returns the rejection, or null.</summary>
    public Problem? CountRequest(HttpContext context)
    {
        IPAddress address = _clients.Of(context);
        return IsCounted(address) ? Count(_addresses, AddressKey.Of(address, _options.Ipv6PrefixLength), "address", EndpointCost.Of(context)) : null;
    }

    /// <summary>Counts it against the rate of its subject, too, when the subject is known; returns the rejection, or null.</summary>
    /// <param name="context">The request.</param>
    /// <param name="subject">Issuer and subject of the token; null for an anonymous caller.</param>
    public Problem? CountRequest(HttpContext context, (string Issuer, string Subject)? subject) =>
        subject is { } named ? Count(_subjects, named, "subject", EndpointCost.Of(context)) : null;

    /// <summary>Records that an allocation failed; returns the rejection of the request that needed it.</summary>
    public Problem OnOutOfMemory()
    {
        _memory.NoteFailedAllocation();
        return new Problem(ProblemTypes.ShortOfMemory, ShortOfMemory);
    }

    /// <summary>Delay that the hub requests from a client after it rejects a stream; it grows with the rejections of its address.</summary>
    /// <param name="context">The request.</param>
    /// <param name="shortest">Pause of a client that was not rejected shortly before.</param>
    public TimeSpan PauseAfterRejection(HttpContext context, TimeSpan shortest)
    {
        (ClientUsage? address, _) = Hold(context, subject: null);
        if (address is null)
        {
            return shortest;
        }

        TimeSpan pause = address.Rejections.Next(shortest, _clock);
        _addresses.Return(address);
        return pause;
    }

    public void Dispose()
    {
        _addresses.Dispose();
        _subjects.Dispose();
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

    private static long ShareOf(AnswerBudget answers, ClientLimits limits) => (long)(answers.MostBytes * limits.MaxAnswerShare);

    /// <summary>Counts a stream and its opening; after a rejection only the attempt stays counted.</summary>
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

    private static Problem? Count<TKey>(ClientTable<TKey> clients, TKey client, string whose, EndpointCost cost)
        where TKey : notnull
    {
        ClientUsage usage = clients.Hold(client);
        try
        {
            return usage.TakeRequests(cost.Requests) is { } wait
                ? new Problem(ProblemTypes.RateLimited, $"This {whose} sends too many requests per second.") { RetryAfter = wait }
                : null;
        }
        finally
        {
            clients.Return(usage);
        }
    }

    private bool IsCounted(IPAddress address) => _options.LimitLoopback || !IPAddress.IsLoopback(address);

    private (ClientUsage? Address, ClientUsage? Subject) Hold(HttpContext context, (string Issuer, string Subject)? subject)
    {
        IPAddress address = _clients.Of(context);
        return (
            IsCounted(address) ? _addresses.Hold(AddressKey.Of(address, _options.Ipv6PrefixLength)) : null,
            subject is { } named ? _subjects.Hold(named) : null);
    }
}
