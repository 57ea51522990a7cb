using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Longwave.Bench.Hubs;

namespace Longwave.Bench.Peers;

/// <summary>A peer that runs, alone on the servers' core.</summary>
internal sealed class PeerProcess : IDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly CpuClock _cpu;

    private PeerProcess(Peer peer, Process process, int port) => (Peer, _process, Port, _cpu) = (peer, process, port, CpuClock.Of(process.Id));

    public Peer Peer { get; }

    public int Port { get; }

    /// <summary>Id of the process.</summary>
    public int Id => _process.Id;

    /// <summary>Time on a core that it has used, in microseconds.</summary>
    public double CpuUs => _cpu.ReadUs();

    public double ResidentKb => HubUsage.ResidentMb(_process.Id) * 1024;

    public double AnonymousMb => HubUsage.AnonymousMb(_process.Id);

    public int Threads => Directory.GetDirectories($"/proc/{_process.Id}/task").Length;

    public int Descriptors => Directory.GetFileSystemEntries($"/proc/{_process.Id}/fd").Length;

    /// <summary>Starts a server and waits until it accepts connections.</summary>
    /// <param name="peer">Which.</param>
    /// <param name="directory">A directory for it, made when missing.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<PeerProcess> StartAsync(Peer peer, string directory, CancellationToken cancellation)
    {
        Directory.CreateDirectory(directory);
        int port = FreePort();
        var start = new ProcessStartInfo("taskset", ["-c", $"{CorePin.ServerCore}", .. peer.Command(port, directory)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        foreach (string setting in start.Environment.Keys.Where(key => key.StartsWith("LONGWAVE__", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(setting);
        }

        foreach ((string key, string value) in peer.Settings ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        Process process = Process.Start(start)!;

        // What it prints must be taken; it matters when it does not start.
        _ = process.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        long began = Stopwatch.GetTimestamp();
        while (!Accepts(port))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(began) > StartTime)
            {
                process.Kill(entireProcessTree: true);
                throw new BenchFailedException($"{peer.Name} did not start: {await errors}");
            }

            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }

        return new PeerProcess(peer, process, port);
    }

    /// <summary>Ends it at once: nothing that it has is needed any more.</summary>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>A port on which no process listens now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool Accepts(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            // Not yet: the caller asks again, for a bounded time.
            return false;
        }
    }
}
