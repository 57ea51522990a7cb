using System.Net;
using System.Net.Sockets;
using Longwave.Server.Epoll;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Tests.Epoll;

public sealed class SocketTimeoutsTests
{
    [Fact]
    public void LimitUnacknowledged_ATcpSocketOnLinux_HasTheTimeout()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        SocketTimeouts.LimitUnacknowledged(ContextOf(socket), TimeSpan.FromSeconds(90));
        if (OperatingSystem.IsLinux())
        {
            byte[] milliseconds = new byte[sizeof(int)];
            socket.GetRawSocketOption(6, 18, milliseconds);
            Assert.Equal(90_000, BitConverter.ToInt32(milliseconds));
        }
    }

    [Fact]
    public void LimitUnacknowledged_NoOpenTcpSocket_DoesNothing()
    {
        SocketTimeouts.LimitUnacknowledged(new DefaultHttpContext(), TimeSpan.FromSeconds(1));
        using (var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            SocketTimeouts.LimitUnacknowledged(ContextOf(local), TimeSpan.FromSeconds(1));
        }

        var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Dispose();
        SocketTimeouts.LimitUnacknowledged(ContextOf(closed), TimeSpan.FromDays(365));
    }

    private static DefaultHttpContext ContextOf(Socket socket)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IConnectionSocketFeature>(new Feature(socket));
        return context;
    }

    private sealed record Feature(Socket Socket) : IConnectionSocketFeature;
}
