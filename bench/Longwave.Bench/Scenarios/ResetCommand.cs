using System.CommandLine;
using Longwave.BadDays.Tests.Attacks;

namespace Longwave.Bench.Scenarios;

/// <summary>The attacker of <see cref="HostileScenario"/> that resets HTTP/2 streams until it is killed.</summary>
internal static class ResetCommand
{
    public const string Name = "attack-resets";

    public static Command Make()
    {
        var port = new Argument<int>("port");
        var command = new Command(Name) { Hidden = true };
        command.Add(port);
        command.SetAction(async (parsed, cancellation) =>
        {
            await new RapidReset("127.0.0.1", parsed.GetValue(port)).RunAsync(int.MaxValue, cancellation);
            return 0;
        });
        return command;
    }
}
