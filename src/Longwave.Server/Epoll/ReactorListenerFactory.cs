using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Longwave.Engine.Health;
using Longwave.Server.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Longwave.Server.Epoll;

/// <summary>Binds <see cref="ParkableEndPoint"/> and <see cref="ParkableSocketFile"/>; the other transports bind every other endpoint.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ReactorListenerFactory(
    Reactors reactors, LongwaveOptions options, IOptions<SocketTransportOptions> transport, IMemoryPoolFactory<byte> pools, BackgroundLoops loops, TimeProvider clock,
    ILogger<ReactorListener> logger)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>Length of the kernel's accept backlog: after a network outage, thousands of clients reconnect at once.</summary>
    private const int Backlog = 4_096;

    /// <summary>How long the kernel defers accepting a connection without data. Then it is accepted, and the time limit of request headers applies.</summary>
    private static readonly TimeSpan WaitForBytes = TimeSpan.FromSeconds(1);

    public bool CanBind(EndPoint endpoint) => endpoint is ParkableEndPoint or ParkableSocketFile;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket socket;
        try
        {
            socket = transport.Value.CreateBoundListenSocket(endpoint is ParkableSocketFile file ? file.EndPoint : endpoint);
        }
        catch (SocketException failed) when (failed.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(failed.Message, failed);
        }

        if (socket.AddressFamily != AddressFamily.Unix)
        {
            // Accepted connections inherit the options of the listening socket, which saves a system call per connection. A unix socket has none of them: its
            // peer cannot vanish without a close, and net.core.wmem_default limits its unsent bytes.
            socket.NoDelay = true;
            SocketTimeouts.LimitUnacknowledged(socket, options.Engine.StallTimeout);
            SocketTimeouts.LimitUnsent(socket, options.Server.MaxUnsentBytes);
            SocketTimeouts.AcceptWithBytes(socket, WaitForBytes);
        }

        socket.Blocking = false;
        socket.Listen(Backlog);
        return ValueTask.FromResult<IConnectionListener>(new ReactorListener(socket, reactors, pools.Create(), loops, clock, logger));
    }
}
