using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Longwave.BadDays.Tests.Lives;

namespace Longwave.Bench.Scenarios;

/// <summary>
/// The connections of <see cref="LivesScenario"/>: this program again, started with <see cref="Name"/>. In a process of its own, so that its descriptors
/// do not count for the load, and with low priority, so that it takes only what the load leaves of its core.
/// </summary>
internal static class LifeProcess
{
    public const string Name = "lives";

    private const int AllKinds = -1;

    /// <summary>Runs lives and prints the outcome.</summary>
    /// <param name="arguments">Port, port with TLS, epoch, streams per address, kind, lives of each kind, connections at once, seed.</param>
    public static async Task<int> LiveAsync(string[] arguments)
    {
        int Number(int index) => int.Parse(arguments[index], CultureInfo.InvariantCulture);
        var target = new LifeTarget(Number(0), Number(1), arguments[2], new LifeLimits(Number(3)));
        IReadOnlyList<LifeKind> kinds = Number(4) == AllKinds ? LifeKinds.All : [LifeKinds.All[Number(4)]];
        var run = new LifeRun(target, kinds, Number(5), Number(6), Number(7));
        long start = Stopwatch.GetTimestamp();
        await run.RunAsync();
        var outcome = new LifeOutcome(run.Ended, run.Failed, Stopwatch.GetElapsedTime(start).TotalSeconds, [.. run.Failures]);
        Console.WriteLine(JsonSerializer.Serialize(outcome));
        return 0;
    }

    /// <summary>Starts the process and waits for its outcome.</summary>
    /// <param name="target">The hub.</param>
    /// <param name="kind">Index of the kind; null for all kinds in turns.</param>
    /// <param name="livesPerKind">Lives of each kind.</param>
    /// <param name="atOnce">Connections at once.</param>
    /// <param name="seed">Decides the order, and where requests are cut.</param>
    /// <param name="cancellation">Kills the process.</param>
    public static async Task<LifeOutcome> RunAsync(LifeTarget target, int? kind, int livesPerKind, int atOnce, int seed, CancellationToken cancellation)
    {
        string[] arguments = [$"{target.Port}", $"{target.TlsPort}", target.Epoch, $"{target.Limits.StreamsPerAddress}", $"{kind ?? AllKinds}", $"{livesPerKind}", $"{atOnce}", $"{seed}"];
        var start = new ProcessStartInfo("nice", ["-n", "19", "dotnet", typeof(LifeProcess).Assembly.Location, Name, .. arguments]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        try
        {
            string output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0
                ? JsonSerializer.Deserialize<LifeOutcome>(output)!
                : throw new BenchFailedException($"The process of the connections ended with {process.ExitCode}.");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
