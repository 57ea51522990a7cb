using System.Diagnostics;
using System.Globalization;

namespace Longwave.BadDays.Tests.Attacks;

/// <summary>Attacks of slowhttptest: clients that send or read very slowly.</summary>
internal static class SlowHttp
{
    /// <summary>Modes of slowhttptest: slow headers, slow bodies, slow reading.</summary>
    public static IReadOnlyList<string> Modes { get; } = ["-H", "-B", "-X"];

    /// <summary>Runs one attack and returns its report.</summary>
    public static async Task<string> RunAsync(string mode, Uri hub, int connections, TimeSpan length, CancellationToken cancellation)
    {
        string seconds = ((int)length.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        string count = connections.ToString(CultureInfo.InvariantCulture);
        string[] how = mode switch
        {
            "-H" => ["-H", "-i", "2", "-u", $"{hub}v1/events?topic=a"],
            "-B" => ["-B", "-i", "2", "-s", "8192", "-x", "10", "-t", "POST", "-u", $"{hub}v1/events?topic=slow"],
            _ => ["-X", "-w", "16", "-y", "32", "-n", "2", "-z", "8", "-k", "1", "-u", $"{hub}v1/events?topic=large&since=earliest"],
        };

        // No probe connection: the healthy clients of the test measure availability more precisely.
        var start = new ProcessStartInfo("slowhttptest", [.. how, "-c", count, "-r", count, "-l", seconds, "-p", "3"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return await output + await errors;
    }
}
