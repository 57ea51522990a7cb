using System.Diagnostics;

namespace Longwave.Tests.Commands;

/// <summary>A process <c>curl</c> that connects to a unix socket.</summary>
internal sealed class Curl : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;

    private Curl(string socket, string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo("curl", ["-sS", "-N", "--unix-socket", socket, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _reading = Task.WhenAll(CopyAsync(_process.StandardOutput), CopyAsync(_process.StandardError));
    }

    /// <summary>Standard output and standard error.</summary>
    public Transcript Output { get; } = new();

    public static Curl Start(string socket, params string[] arguments) => new(socket, arguments);

    /// <summary>Runs a request to its end and returns its output.</summary>
    public static async Task<string> RunAsync(string socket, params string[] arguments)
    {
        await using Curl curl = Start(socket, arguments);
        return await curl.EndAsync();
    }

    /// <summary>Waits for the end of the response and returns the output.</summary>
    public async Task<string> EndAsync()
    {
        await _reading.WaitAsync(HubProcess.Patience);
        await _process.WaitForExitAsync().WaitAsync(HubProcess.Patience);
        return Output.Text;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await EndAsync();
        _process.Dispose();
    }

    private async Task CopyAsync(StreamReader from)
    {
        char[] buffer = new char[4096];
        while (await from.ReadAsync(buffer) is > 0 and int length)
        {
            Output.Write(buffer, 0, length);
        }
    }
}
