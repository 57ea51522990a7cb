using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Longwave.Bench.Load;

namespace Longwave.Bench.Hubs;

/// <summary>A real hub, <c>longwave serve</c>, on a port of its own.</summary>
internal sealed partial class HubProcess : IAsyncDisposable
{
    private const int Sigterm = 15;
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors;

    private HubProcess(Process process, ConcurrentQueue<string> errors, int port, double startMs) =>
        (_process, _errors, Port, StartMs) = (process, errors, port, startMs);

    public int Port { get; }

    /// <summary>Time from the start of the process until it listened.</summary>
    public double StartMs { get; }

    public double CpuUs => HubUsage.CpuUs(_process.Id);

    public double ResidentMb => HubUsage.ResidentMb(_process.Id);

    public double AnonymousMb => HubUsage.AnonymousMb(_process.Id);

    /// <summary>Starts a hub with the options that a user gets, and waits until it listens.</summary>
    /// <param name="dataDirectory">Where its log is.</param>
    /// <param name="port">Where it listens; 0 for a port that is free.</param>
    /// <param name="configuration">A configuration file, where the options of a user are not enough.</param>
    /// <param name="program">The longwave.dll to run; null for the one of this repository.</param>
    public static async Task<HubProcess> StartAsync(string dataDirectory, int port = 0, string? configuration = null, string? program = null)
    {
        program ??= Repository.Hub;
        if (!File.Exists(program))
        {
            throw new BenchFailedException($"There is no hub at {program}; build it: dotnet build -c Release src/Longwave");
        }

        var start = new ProcessStartInfo("dotnet", [program, "serve", "--urls", $"http://127.0.0.1:{port}", "--data", dataDirectory])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (configuration is not null)
        {
            start.ArgumentList.Add("--config");
            start.ArgumentList.Add(configuration);
        }

        foreach (string setting in start.Environment.Keys.Where(key => key.StartsWith("LONGWAVE__", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(setting);
        }

        long started = Stopwatch.GetTimestamp();
        Process process = Process.Start(start)!;
        var errors = new ConcurrentQueue<string>();
        process.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data ?? "");
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is { Success: true } listening)
            {
                // What else it prints goes nowhere, but must be taken.
                _ = process.StandardOutput.ReadToEndAsync();
                int at = int.Parse(listening.Groups["port"].ValueSpan, CultureInfo.InvariantCulture);
                return new HubProcess(process, errors, at, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        await process.WaitForExitAsync();
        throw new BenchFailedException($"The hub did not start: {string.Join(' ', errors)}");
    }

    /// <summary>Epoch and offset of the newest event, as a new stream is greeted with them.</summary>
    public (string Epoch, long Offset) Tip()
    {
        using StreamSocket stream = StreamSocket.Open(Port, "topic=bench/tip");
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (true)
        {
            int received = stream.Receive(buffer);
            text.Append(Encoding.UTF8.GetString(buffer, 0, received));
            if (Greeting().Match(text.ToString()) is { Success: true } greeting)
            {
                return (greeting.Groups["epoch"].Value, long.Parse(greeting.Groups["offset"].ValueSpan, CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>Ends it without notice, as a crash does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end and waits.</summary>
    /// <exception cref="BenchFailedException">It has not ended for a long time; it is killed.</exception>
    public async Task StopAsync()
    {
        if (_process.HasExited || Kill(_process.Id, Sigterm) != 0)
        {
            return;
        }

        using var patience = new CancellationTokenSource(StopTime, TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            throw new BenchFailedException($"The hub did not end within {StopTime}: {string.Join(' ', _errors)}");
        }
    }

    /// <summary>Asks it to end and waits, unless it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        using (_process)
        {
            await StopAsync();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);

    [GeneratedRegex(@"listens on http://127\.0\.0\.1:(?<port>\d+)")]
    private static partial Regex Listening();

    [GeneratedRegex(@"^: (?<epoch>[0-9a-f]{8})-(?<offset>\d+)\n", RegexOptions.Multiline)]
    private static partial Regex Greeting();
}
