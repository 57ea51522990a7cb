using System.Net;
using System.Net.Sockets;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Kestrel;

/// <summary>Idle connections from local addresses that the hub treats as remote.</summary>
public sealed class SocketAdmissionTests
{
    private const int Most = 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sockets_OfOneAddressOverItsLimit_AreClosedAndOthersAreServed(bool tls)
    {
        await using TestHub hub = await TestHub.StartAsync(
            options => (options.Server.Admission.LimitLoopback, options.Server.Admission.MaxSocketsPerAddress) = (true, Most), tls);
        var greedy = new List<Socket>();
        for (int i = 0; i < Most; i++)
        {
            greedy.Add(await ConnectAsync(hub, "127.0.0.2"));
        }

        Assert.True(await IsClosedAsync(hub, "127.0.0.2"));
        using HttpResponseMessage other = await hub.Http.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Contains(hub.Logs.Lines, line => line.Contains("127.0.0.2", StringComparison.Ordinal) && line.Contains("MaxSocketsPerAddress", StringComparison.Ordinal));
        greedy.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Sockets_OfThisMachine_AreNotCounted()
    {
        await using TestHub hub = await TestHub.StartAsync(options => options.Server.Admission.MaxSocketsPerAddress = 1);
        var sockets = new List<Socket>();
        for (int i = 0; i < 50; i++)
        {
            sockets.Add(await ConnectAsync(hub, "127.0.0.2"));
        }

        using HttpResponseMessage other = await hub.Http.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        sockets.ForEach(socket => socket.Dispose());
    }

    private static async Task<Socket> ConnectAsync(TestHub hub, string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Loopback, hub.Address.Port);
        return socket;
    }

    /// <summary>Connects, and returns whether the hub ends or resets the connection. The reset can arrive before the connect has returned.</summary>
    private static async Task<bool> IsClosedAsync(TestHub hub, string from)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            using Socket socket = await ConnectAsync(hub, from);
            return await socket.ReceiveAsync(new byte[100], patience.Token) == 0;
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }
}
