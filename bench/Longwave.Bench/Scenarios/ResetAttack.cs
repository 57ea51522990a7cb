using System.Globalization;
using Longwave.BadDays.Tests.Attacks;

namespace Longwave.Bench.Scenarios;

/// <summary>The attacker of <see cref="HostileScenario"/> that resets HTTP/2 streams until it is killed: this program, started with <see cref="Name"/> and a port.</summary>
internal static class ResetAttack
{
    public const string Name = "attack-resets";

    public static async Task<int> RunAsync(string port)
    {
        await new RapidReset("127.0.0.1", int.Parse(port, CultureInfo.InvariantCulture)).RunAsync(int.MaxValue, CancellationToken.None);
        return 0;
    }
}
