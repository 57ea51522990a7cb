using System.Diagnostics;
using System.Text;
using Longwave.Terminals;

namespace Longwave.Tests.Docs;

/// <summary>A running bash process and its output so far.</summary>
public sealed class ShellCommand : IAsyncDisposable
{
    private readonly Process _process;

    // Guards _output and _errors: the pipes append while a test reads them.
    private readonly Lock _gate = new();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly SemaphoreSlim _printed = new(0);
    private readonly Task _reading;

    private ShellCommand(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _errors));
    }

    public int ProcessId => _process.Id;

    public string Output
    {
        get
        {
            lock (_gate)
            {
                return _output.ToString();
            }
        }
    }

    public string Everything
    {
        get
        {
            lock (_gate)
            {
                return $"{_output}\n{_errors}";
            }
        }
    }

    public static ShellCommand Start(IEnumerable<string> arguments, string folder, string bin)
    {
        var start = new ProcessStartInfo("bash", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = bin + Path.PathSeparator + start.Environment["PATH"];
        start.Environment["NO_COLOR"] = "1";
        var process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
        process.StandardInput.Close();
        return new ShellCommand(process);
    }

    /// <summary>Waits until the output is not empty and <paramref name="condition"/> holds for all of it.</summary>
    public async Task WaitForOutputAsync(Func<string, bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(ShellSession.Patience);
        try
        {
            while (Output is var output && (output.Length == 0 || !condition(output)))
            {
                var ended = _reading.IsCompleted;
                if (ended && Output == output)
                {
                    Assert.Fail($"ended without {what}. It printed:\n{Everything}");
                }

                await Task.WhenAny(_printed.WaitAsync(limit.Token), _reading);
                limit.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"no sign of {what}. It printed:\n{Everything}");
        }
    }

    public async Task<int> WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(ShellSession.Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            await _reading;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"did not end (a command that stays needs the direction 'start'). It printed:\n{Everything}");
        }

        return _process.ExitCode;
    }

    /// <summary>Interrupts the command as Ctrl-C does: SIGINT to each of its processes.</summary>
    public async Task InterruptAsync()
    {
        // setsid made the command the leader of its own process group, which has the number of its process.
        using var kill = Process.Start("bash", ["-c", $"kill -INT -- -{ProcessId}"]);
        await kill.WaitForExitAsync();
        await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _printed.Dispose();
    }

    private async Task ReadAsync(StreamReader reader, StringBuilder into)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is > 0 and var count)
        {
            lock (_gate)
            {
                into.Append(buffer, 0, count);
            }

            _printed.Release();
        }
    }
}
