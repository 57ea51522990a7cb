using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Longwave.Bench.Hubs;

namespace Longwave.Bench.Containers;

/// <summary>A hub in a container of podman with a limit of memory: read-only, not root, on core 0.</summary>
internal sealed class HubContainer : IAsyncDisposable
{
    private const string Image = "localhost/longwave-bench";

    /// <summary>The user in the image.</summary>
    private const string User = "10001:10001";

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // Works also with control groups of version 1, and inside another container.
    private static readonly string[] Podman = ["podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs", "--storage-driver", "vfs"];

    private readonly string _name;
    private readonly string _group;

    private HubContainer(string name, int port, string group) => (_name, Port, _group) = (name, port, group);

    /// <summary>Port on which the hub listens.</summary>
    public int Port { get; }

    /// <summary>Most memory that the control group has used, in MB.</summary>
    public double PeakMb => ReadFirst("memory.max_usage_in_bytes", "memory.peak") / 1048576.0;

    /// <summary>Processes of the control group that the kernel has killed.</summary>
    public long Kills => ReadEntry("oom_kill");

    /// <summary>Builds the image from the hub of this repository. A few seconds.</summary>
    /// <param name="work">Directory for the files of the image; replaced.</param>
    public static async Task BuildImageAsync(string work)
    {
        if (!File.Exists("/usr/bin/podman"))
        {
            throw new BenchFailedException("This scenario needs podman. As root: apt-get install --no-install-recommends podman runc");
        }

        string script = Path.Combine(Repository.Root, "bench", "Longwave.Bench", "Containers", "image.sh");
        await RunAsync("bash", script, Path.GetDirectoryName(Repository.Hub)!, work, Image);
    }

    /// <summary>Removes the image and its layers, which the storage driver copies.</summary>
    public static Task RemoveImageAsync() => RunAsync([.. Podman, "rmi", "--force", Image]);

    /// <summary>Starts a hub and waits until it listens.</summary>
    /// <param name="memoryMb">Limit of memory, without swap.</param>
    /// <param name="dataDirectory">Where its log is; created.</param>
    public static async Task<HubContainer> StartAsync(int memoryMb, string dataDirectory)
    {
        Directory.CreateDirectory(dataDirectory);
        await RunAsync("chown", User, dataDirectory);
        int port = FreePort();
        string name = $"longwave-bench-{Environment.ProcessId}-{memoryMb}";
        await RunAsync([
            .. Podman, "run", "--detach", "--name", name, "--network", "host", "--memory", $"{memoryMb}m", "--memory-swap", $"{memoryMb}m", "--cpuset-cpus", "0",
            "--read-only", "--tmpfs", "/tmp", "--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096", "--volume", $"{dataDirectory}:/data",
            "--env", "LONGWAVE__MERCURE__ENABLED=true", Image, "--urls", $"http://127.0.0.1:{port}", "--data", "/data"]);
        long began = Stopwatch.GetTimestamp();
        while (!await ListensAsync(port))
        {
            if (Stopwatch.GetElapsedTime(began) > StartTime)
            {
                string logs = await RunAsync([.. Podman, "logs", name]);
                await RunAsync([.. Podman, "rm", "--force", name]);
                throw new BenchFailedException($"The container did not start: {logs}");
            }

            await Task.Delay(Pause, TimeProvider.System);
        }

        string process = (await RunAsync([.. Podman, "inspect", "--format", "{{.State.Pid}}", name])).Trim();
        return new HubContainer(name, port, GroupOf(process));
    }

    /// <summary>Whether the container still runs its first process, and the reason if not.</summary>
    public async Task<(bool IsRunning, string State)> InspectAsync()
    {
        string state = (await RunAsync([.. Podman, "inspect", "--format", "{{.State.Status}}, exit code {{.State.ExitCode}}, out of memory {{.State.OOMKilled}}", _name])).Trim();
        return (state.StartsWith("running", StringComparison.Ordinal), state);
    }

    public async ValueTask DisposeAsync() => await RunAsync([.. Podman, "rm", "--force", _name]);

    /// <summary>Directory of the memory control group of a process, of either version.</summary>
    private static string GroupOf(string process)
    {
        foreach (string line in File.ReadLines($"/proc/{process}/cgroup"))
        {
            string[] parts = line.Split(':', 3);
            if (parts[1].Split(',').Contains("memory"))
            {
                return "/sys/fs/cgroup/memory" + parts[2];
            }

            if (parts[1].Length == 0 && File.Exists($"/sys/fs/cgroup{parts[2]}/memory.events"))
            {
                return "/sys/fs/cgroup" + parts[2];
            }
        }

        throw new BenchFailedException("The container has no control group of memory.");
    }

    private double ReadFirst(string older, string newer)
    {
        string file = Path.Combine(_group, older);
        return double.Parse(File.ReadAllText(File.Exists(file) ? file : Path.Combine(_group, newer)), CultureInfo.InvariantCulture);
    }

    private long ReadEntry(string name)
    {
        string file = Path.Combine(_group, "memory.oom_control");
        string line = File.ReadLines(File.Exists(file) ? file : Path.Combine(_group, "memory.events")).First(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return long.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> ListensAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            // Not yet: the caller asks again, for a bounded time.
            return false;
        }
    }

    private static async Task<string> RunAsync(params string[] command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new BenchFailedException($"{string.Join(' ', command)} failed: {output}{await errors}");
    }
}
