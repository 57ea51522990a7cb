using System.Diagnostics;
using Longwave.Engine.Subscribers;
using Longwave.Server.Configuration;
using Longwave.Server.Identity;

namespace Longwave.Server.Subscribe;

/// <summary>An open stream or a waiting poll in the registry.</summary>
/// <remarks>The engine disposes of it when the stream ends; it then leaves the registry and returns the counts of the stream.</remarks>
internal sealed class OpenConnection : IDisposable
{
    private readonly ConnectionRegistry _registry;
    private readonly IDisposable? _place;
    private readonly TicketLease? _ticket;
    private Subscriber? _subscriber;

    public OpenConnection(
        ConnectionRegistry registry,
        long number,
        Caller caller,
        SubscribeRequest request,
        IDisposable? place,
        TicketLease? ticket,
        DateTimeOffset openedAt,
        string? address,
        string protocol,
        AuthOptions options)
    {
        (_registry, _place, _ticket) = (registry, place, ticket);
        (Number, OpenedAt, Address, Protocol) = (number, openedAt, address, protocol);
        Request = request with { Identity = registry.Identify(number, caller, options, openedAt), Lease = this };
    }

    /// <summary>Number of the stream in this hub.</summary>
    public long Number { get; }

    /// <summary>The owner of the stream; after a renewal, another token of the same subject. Part of the identity of the stream, so the two never differ.</summary>
    public Caller Caller => (Caller)Subscriber.Identity!.Holder!;

    public SubscribeRequest Request { get; }

    public DateTimeOffset OpenedAt { get; }

    /// <summary>Address of the client, as the web server sees it.</summary>
    public string? Address { get; }

    /// <summary>The HTTP version.</summary>
    public string Protocol { get; }

    /// <summary>The stream. Set before the registration of the connection.</summary>
    public Subscriber Subscriber
    {
        get
        {
            Debug.Assert(_subscriber is not null, "A connection has its stream before another thread can find it.");
            return _subscriber;
        }
        set => _subscriber = value;
    }

    /// <summary>Called when the stream has ended or was rejected.</summary>
    public void Dispose()
    {
        _registry.Remove(this);
        _place?.Dispose();

        // After these ends the client must not return with the same credential.
        _ticket?.End(mayReturn: _subscriber?.Closing is not (CloseReason.Ended or CloseReason.Revoked or CloseReason.GrantsNarrowed));
    }
}
