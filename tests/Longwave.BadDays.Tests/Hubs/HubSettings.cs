using System.Net;
using System.Net.Sockets;

namespace Longwave.BadDays.Tests.Hubs;

/// <summary>What a hub process is started with. The same settings started again are the same hub after a restart.</summary>
internal sealed record HubSettings
{
    private static int _lastPort = Random.Shared.Next(20_000, 31_000);

    public required string DataDirectory { get; init; }

    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = FreePort();

    /// <summary>Keys of the configuration, e.g. <c>Engine:Heartbeat</c>.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Executes the hub, e.g. under fault injection, so that its process becomes the hub. Null: the hub is started directly.</summary>
    public WrapperProgram? Wrapper { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public Uri Address => new($"http://{Host}:{Port}");

    public HubSettings With(params (string Key, string Value)[] options)
    {
        var all = new Dictionary<string, string>(Options);
        foreach ((string key, string value) in options)
        {
            all[key] = value;
        }

        return this with { Options = all };
    }

    /// <summary>
    /// Below the range that the kernel gives to outgoing connections: while the hub is away, a client that tries again and again would
    /// otherwise sooner or later be given the hub's port itself, and be connected to nobody but itself.
    /// </summary>
    private static int FreePort()
    {
        for (int port = Interlocked.Increment(ref _lastPort); ; port = Interlocked.Increment(ref _lastPort))
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Somebody else's; the next one then.
            }
        }
    }
}
