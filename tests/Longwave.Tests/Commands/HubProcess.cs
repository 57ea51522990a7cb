using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Longwave.Terminals;
using Longwave.Tests.Docs;

namespace Longwave.Tests.Commands;

/// <summary>A real <c>longwave serve</c> in its own process, on a port that does not change across restarts.</summary>
public sealed class HubProcess : IAsyncLifetime
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("longwave-cli-");
    private Process? _process;

    public string Url { get; } = $"http://127.0.0.1:{FreePort()}";

    public HttpClient Http { get; } = new();

    /// <summary>Configuration as environment variables; applies from the next start.</summary>
    public Dictionary<string, string> Settings { get; } = new()
    {
        ["LONGWAVE__ENGINE__HEARTBEAT"] = "00:00:00.200",
        ["LONGWAVE__ENGINE__DRAINWINDOW"] = "00:00:00.500",
        ["LONGWAVE__ENGINE__RETRYMIN"] = "00:00:00.050",
        ["LONGWAVE__ENGINE__RETRYMAX"] = "00:00:00.100",
    };

    /// <summary>Further arguments of <c>serve</c>; apply from the next start.</summary>
    public List<string> Arguments { get; } = [];

    /// <summary>Whether standard error has a reader; without one, its pipe fills up.</summary>
    public bool ReadsErrors { get; set; } = true;

    /// <summary>Standard error of the current process.</summary>
    internal Transcript Errors { get; private set; } = new();

    private string DataDirectory => Path.Combine(_home.FullName, "data");

    public async ValueTask InitializeAsync() => await StartAsync();

    /// <summary>Starts the hub and waits until it listens.</summary>
    public async Task StartAsync()
    {
        string hub = Path.Combine(Documentation.RepositoryRoot, "artifacts/bin/Longwave/release/longwave.dll");
        var start = new ProcessStartInfo("dotnet", [hub, "serve", "--urls", Url, "--data", DataDirectory, .. Arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _home.FullName,
        };
        foreach ((string name, string value) in Settings)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        var listens = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Transcript errors = Errors = new Transcript();
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null || line.Data.StartsWith("Longwave listens", StringComparison.Ordinal))
            {
                listens.TrySetResult(line.Data is not null);
            }
        };
        _process.ErrorDataReceived += (_, line) => errors.WriteLine(line.Data);
        _process.BeginOutputReadLine();
        if (ReadsErrors)
        {
            _process.BeginErrorReadLine();
        }

        Assert.True(await listens.Task.WaitAsync(Patience), $"the hub did not start:\n{errors.Text}");
    }

    /// <summary>Kills the process with SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync().WaitAsync(Patience);
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>Sends SIGTERM, which drains the hub.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("TERM");
        await EndAsync();
    }

    /// <summary>Sends a signal by name.</summary>
    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{_process!.Id}"]);
        await kill.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>Waits for the end of the process and returns its exit code.</summary>
    public async Task<int> EndAsync()
    {
        await _process!.WaitForExitAsync().WaitAsync(Patience);
        int code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    /// <summary>Replaces the log with an empty one: positions of the old log become invalid.</summary>
    public void ReplaceLog() => Directory.Delete(DataDirectory, recursive: true);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Http.Dispose();
        _home.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
