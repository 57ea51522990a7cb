using Longwave.Engine.Subscribers;

namespace Longwave.Server.Identity;

/// <summary>An open stream or a waiting poll, as the registry knows it.</summary>
internal sealed class OpenConnection
{
    private Caller _caller;

    public OpenConnection(long number, Caller caller, SubscribeRequest request, DateTimeOffset openedAt, string? address, string protocol)
    {
        (Number, _caller, Request, OpenedAt, Address, Protocol) = (number, caller, request, openedAt, address, protocol);
    }

    /// <summary>Its number in this hub.</summary>
    public long Number { get; }

    /// <summary>Who holds it; another token of the same after a renewal.</summary>
    public Caller Caller
    {
        get => Volatile.Read(ref _caller);
        set => Volatile.Write(ref _caller, value);
    }

    public SubscribeRequest Request { get; }

    public DateTimeOffset OpenedAt { get; }

    /// <summary>Where the client is, as the web server sees it.</summary>
    public string? Address { get; }

    /// <summary>The HTTP version.</summary>
    public string Protocol { get; }

    /// <summary>The stream; null for the moment between its registration and its opening.</summary>
    public Subscriber? Subscriber { get; set; }
}
