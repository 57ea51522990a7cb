using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Longwave.BadDays.Tests.Machines;

namespace Longwave.BadDays.Tests.Hubs;

/// <summary>A real hub: <c>longwave serve</c> in its own process, which a test can kill.</summary>
internal sealed class HubProcess : IAsyncDisposable
{
    private const string Listening = "Longwave listens on";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private HubProcess(HubSettings settings)
    {
        string[] command =
        [
            Path.Combine(AppContext.BaseDirectory, "longwave.dll"), "serve", "--urls", settings.Address.ToString(), "--data", settings.DataDirectory, .. settings.Arguments,
        ];
        (string program, string[] arguments) = settings.Wrapper is { } wrapper ? (wrapper.Program, [.. wrapper.Arguments, "dotnet", .. command]) : ("dotnet", command);
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach ((string key, string value) in settings.Options)
        {
            start.Environment["LONGWAVE__" + key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        _process = Process.Start(start)!;
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, _output), ReadAsync(_process.StandardError, _errors));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Output on standard error.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    public IReadOnlyCollection<string> Output => _output;

    /// <summary>Resident memory, in bytes.</summary>
    public long ResidentBytes => File.ReadLines($"/proc/{Id}/status")
        .Where(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(static line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024)
        .Single();

    /// <summary>Starts a hub without waiting for it.</summary>
    public static HubProcess Launch(HubSettings settings) => new(settings);

    /// <summary>Starts a hub and waits until it listens; fails with its output if it exits instead.</summary>
    public static async Task<HubProcess> StartAsync(HubSettings settings)
    {
        var hub = new HubProcess(settings);
        await hub.UntilListeningAsync();
        return hub;
    }

    public async Task UntilListeningAsync()
    {
        await Task.WhenAny(_listening.Task, _process.WaitForExitAsync()).WaitAsync(Patience.Bound);
        if (!_listening.Task.IsCompleted)
        {
            Assert.Fail($"the hub ended with {await ExitAsync()} instead of listening: {string.Join('\n', _errors)}");
        }
    }

    /// <summary>Fails with the process output if the hub has exited unexpectedly.</summary>
    public async Task AssertRunningAsync()
    {
        if (_process.HasExited)
        {
            Assert.Fail($"the hub ended by itself with {await ExitAsync()}: {string.Join('\n', _errors)}");
        }
    }

    /// <summary>Sends SIGKILL: the process ends at an arbitrary point.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>Sends SIGTERM; does not wait.</summary>
    public Task TerminateAsync() => Tool.RunProgramAsync("kill", "-TERM", Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Waits for the end of the process and returns its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience.Bound);
        await _reading.WaitAsync(Patience.Bound);
        return _process.ExitCode;
    }

    /// <summary>Stops the hub with SIGTERM and checks for exit code 0.</summary>
    public async Task StopAsync()
    {
        await TerminateAsync();
        Assert.True(await ExitAsync() == 0, $"the hub ended with {_process.ExitCode}: {string.Join('\n', _errors)}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await ExitAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader, ConcurrentQueue<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Enqueue(line);
            if (line.StartsWith(Listening, StringComparison.Ordinal))
            {
                _listening.TrySetResult();
            }
        }
    }
}
