using System.Net;
using System.Net.Sockets;

namespace Longwave.BadDays.Tests.Hubs;

/// <summary>Settings of a hub process. A second start with the same settings restarts the same hub.</summary>
internal sealed record HubSettings
{
    private static int _lastPort = Random.Shared.Next(20_000, 31_000);

    public required string DataDirectory { get; init; }

    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = FreePort();

    /// <summary>Configuration keys, e.g. <c>Engine:Heartbeat</c>.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Wrapper that executes the hub, e.g. for fault injection, so that its process becomes the hub. Null starts the hub directly.</summary>
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
    /// Finds a free port below the ephemeral range of the kernel. While the hub is down, a retrying client could otherwise get the hub's port
    /// as its own source port and connect to itself.
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
                // Another process uses this port; try the next one.
            }
        }
    }
}
