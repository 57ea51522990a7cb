using System.Net;
using System.Net.Sockets;
using Longwave.Engine.Health;
using Longwave.Server.Configuration;
using Longwave.Server.Epoll;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Longwave.Server.Kestrel;

/// <summary>HTTP/1.1 and HTTP/2 with prior knowledge on one port without TLS, which Kestrel alone does not support.</summary>
public static class CleartextHttp2
{
    /// <summary>Default permissions of unix sockets: only the owner and the group of the file may connect.</summary>
    public const UnixFileMode DefaultSocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Registers the services that <see cref="ListenCleartext"/> requires.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="socketMode">Permissions of the files of unix sockets. A client needs the right to write.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddCleartextHttp2(this IServiceCollection services, UnixFileMode socketMode = DefaultSocketMode)
    {
        services.Configure<SocketTransportOptions>(transport =>
        {
            Func<EndPoint, Socket> bind = transport.CreateBoundListenSocket;
            transport.CreateBoundListenSocket = endPoint => endPoint is UnixDomainSocketEndPoint file ? SocketFile.Bind(file, socketMode) : bind(endPoint);
        });
        services.AddSingleton<IConnectionListenerFactory, HandoverListenerFactory>();
        if (OperatingSystem.IsLinux())
        {
            services.TryAddSingleton<BackgroundLoops>();
            services.AddSingleton<Reactors>();
            services.AddSingleton<IConnectionListenerFactory, ReactorListenerFactory>();
        }

        return services;
    }

    /// <summary>Listens for both protocols without TLS.</summary>
    /// <param name="options">Kestrel's options.</param>
    /// <param name="endPoint">Address and port, or a unix socket. The file of a dead process is replaced; the file is removed when the server stops.</param>
    /// <remarks>
    /// Streams of HTTP/1.1 are parked on Linux, unless <see cref="ServerOptions.ParkStreams"/> is off.
    /// <para>The server sees two endpoints: the port or socket, for HTTP/1.1, and one inside the process, for HTTP/2, which receives the
    /// connections that start with the HTTP/2 preface. The second has no socket address, but is listed in
    /// <c>IServerAddressesFeature</c> with a name that ends in <c>#h2c</c>.</para>
    /// </remarks>
    public static void ListenCleartext(this KestrelServerOptions options, EndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(endPoint);
        var http2 = new HandoverEndPoint($"{endPoint}");
        TimeProvider clock = options.ApplicationServices.GetService<TimeProvider>() ?? TimeProvider.System;
        bool parks = OperatingSystem.IsLinux() && options.ApplicationServices.GetRequiredService<LongwaveOptions>().Server.ParkStreams;
        options.Listen(parks ? Parkable(endPoint) : endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.LimitSocketsPerAddress();
            listen.Use(next => new PrefaceRouter(next, http2, options.Limits.RequestHeadersTimeout, clock).OnConnectionAsync);
        });
        options.Listen(http2, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.ReleaseForgottenConnections();
        });
    }

    private static EndPoint Parkable(EndPoint endPoint) => endPoint switch
    {
        IPEndPoint port => new ParkableEndPoint(port),
        UnixDomainSocketEndPoint file => new ParkableSocketFile(file),
        _ => endPoint,
    };

    /// <summary>True for the endpoint inside the process, which clients cannot connect to.</summary>
    /// <param name="address">An entry of <c>IServerAddressesFeature</c>.</param>
    public static bool IsInternal(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.EndsWith("#h2c", StringComparison.Ordinal);
    }
}
