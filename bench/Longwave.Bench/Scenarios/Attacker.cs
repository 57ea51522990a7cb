using System.Diagnostics;
using System.Globalization;
using Longwave.BadDays.Tests.Attacks;
using Longwave.Bench.Containers;

namespace Longwave.Bench.Scenarios;

/// <summary>
/// The attacks of <see cref="HostileScenario"/> that no tool of others does, and the loads of <see cref="ContainerScenario"/>: this program again, started with <see cref="Name"/>, the attack, a
/// port and a number of connections. In a process of its own and behind the load: attackers elsewhere would not take the load's core away either.
/// </summary>
internal static class Attacker
{
    public const string Name = "attack";
    public const string HalfOpen = "half-open";
    public const string Resets = "resets";

    /// <summary>Attacks until it is killed.</summary>
    /// <param name="attack">Which.</param>
    /// <param name="port">The hub's.</param>
    /// <param name="connections">Over so many at a time: one whose streams are reset waits for the hub to end it, so several keep the hub busy.</param>
    public static async Task<int> AttackAsync(string attack, string port, string connections)
    {
        int number = int.Parse(port, CultureInfo.InvariantCulture);
        int count = int.Parse(connections, CultureInfo.InvariantCulture);
        if (attack == HalfOpen)
        {
            using HalfOpenConnections held = await HalfOpenConnections.OpenAsync("127.0.0.1", number, count);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        }

        if (ContainerLoad.All.FirstOrDefault(load => load.Name == attack) is { } load)
        {
            await load.RunAsync(number, CancellationToken.None);
        }

        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => new RapidReset("127.0.0.1", number).RunAsync(int.MaxValue, CancellationToken.None)));
        return 0;
    }

    /// <summary>Runs an attacker until <paramref name="end"/>.</summary>
    public static async Task RunAsync(string attack, int port, int connections, CancellationToken end)
    {
        using Process process = Process.Start("nice", ["-n", "19", "dotnet", typeof(Attacker).Assembly.Location, Name, attack, $"{port}", $"{connections}"]);
        await process.WaitForExitAsync(end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (process.HasExited)
        {
            throw new BenchFailedException($"The attacker ended with {process.ExitCode}.");
        }

        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
    }
}
