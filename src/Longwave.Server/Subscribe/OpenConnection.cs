using System.Diagnostics;
using Longwave.Engine.Subscribers;
using Longwave.Server.Configuration;
using Longwave.Server.Identity;

namespace Longwave.Server.Subscribe;

/// <summary>An open stream or a waiting poll in the registry.</summary>
/// <remarks>It is the place of its subscription, so that it leaves the registry when the stream is over, and takes with it the place that was counted for it.</remarks>
internal sealed class OpenConnection : IDisposable
{
    private readonly ConnectionRegistry _registry;
    private readonly IDisposable? _place;
    private Subscriber? _subscriber;

    public OpenConnection(
        ConnectionRegistry registry,
        long number,
        Caller caller,
        SubscribeRequest request,
        IDisposable? place,
        DateTimeOffset openedAt,
        string? address,
        string protocol,
        AuthOptions options)
    {
        (_registry, _place) = (registry, place);
        (Number, OpenedAt, Address, Protocol) = (number, openedAt, address, protocol);
        Request = request with { Identity = registry.Identify(number, caller, options, openedAt), Place = this };
    }

    /// <summary>Number of the stream in this hub.</summary>
    public long Number { get; }

    /// <summary>Who holds it; another token of the same subject after a renewal. It is part of the identity that the stream runs under, so the two never differ.</summary>
    public Caller Caller => (Caller)Subscriber.Identity!.Holder!;

    public SubscribeRequest Request { get; }

    public DateTimeOffset OpenedAt { get; }

    /// <summary>Address of the client, as the web server sees it.</summary>
    public string? Address { get; }

    /// <summary>The HTTP version.</summary>
    public string Protocol { get; }

    /// <summary>The stream. Set before the registry has the connection.</summary>
    public Subscriber Subscriber
    {
        get
        {
            Debug.Assert(_subscriber is not null, "A connection has its stream before another thread can find it.");
            return _subscriber;
        }
        set => _subscriber = value;
    }

    /// <summary>The stream is over, or was refused.</summary>
    public void Dispose()
    {
        _registry.Remove(this);
        _place?.Dispose();
    }
}
