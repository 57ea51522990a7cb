using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Longwave.BadDays.Tests.Machines;

namespace Longwave.BadDays.Tests.Hubs;

/// <summary>A real hub: <c>longwave serve</c> as a process of its own, that can be killed.</summary>
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

    /// <summary>What it wrote to standard error.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    public IReadOnlyCollection<string> Output => _output;

    /// <summary>Resident memory, in bytes.</summary>
    public long ResidentBytes => File.ReadLines($"/proc/{Id}/status")
        .Where(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(static line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024)
        .Single();

    /// <summary>Starts a hub and does not wait for it.</summary>
    public static HubProcess Launch(HubSettings settings) => new(settings);

    /// <summary>Starts a hub; fails with what it said when it ends instead of listening.</summary>
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

    /// <summary>Fails with all that it said when it has ended although nobody wanted it to.</summary>
    public async Task AssertRunningAsync()
    {
        if (_process.HasExited)
        {
            Assert.Fail($"the hub ended by itself with {await ExitAsync()}: {string.Join('\n', _errors)}");
        }
    }

    /// <summary>SIGKILL: it ends in the middle of whatever it does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>SIGTERM; does not wait.</summary>
    public Task TerminateAsync() => Tool.RunProgramAsync("kill", "-TERM", Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Waits for its end and gives its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience.Bound);
        await _reading.WaitAsync(Patience.Bound);
        return _process.ExitCode;
    }

    /// <summary>Ends it in good order and holds it to its promise of exit code 0.</summary>
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
