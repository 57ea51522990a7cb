using System.CommandLine;
using Longwave.Client.Failures;
using Longwave.Hubs;
using Longwave.Terminals;

namespace Longwave.Manage;

/// <summary>What the commands against a running hub have in common: the hub, the token, failures and exit codes.</summary>
internal static class ManageCommand
{
    /// <summary>The exit codes, for the help of the commands.</summary>
    public const string ExitCodes = """
        Exit codes: 0 done; 1 no hub, or rejected by the hub; 2 invalid command line; 130 interrupted.
        """;

    /// <summary>Creates the option <c>--json</c>.</summary>
    public static Option<bool> JsonOption() => new("--json") { Description = "Print JSON as the hub sends it, one object per line." };

    /// <summary>Adds the options of the hub to a command, and sets what it does.</summary>
    /// <param name="command">The command.</param>
    /// <param name="terminal">Streams of the command.</param>
    /// <param name="run">Returns the exit code.</param>
    public static Command Complete(Command command, Terminal terminal, Func<HubRequests, ParseResult, CancellationToken, Task<int>> run)
    {
        Option<HubAddress> hub = HubOption.Create();
        Option<FileInfo?> tokenFile = HubToken.FileOption();
        command.Options.Add(hub);
        command.Options.Add(tokenFile);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!HubOption.TryResolve(parsed.GetValue(hub), terminal.Variable(HubAddress.EnvironmentVariable), out HubAddress? address, out string? error))
            {
                terminal.Say(error);
                return ExitCode.Usage;
            }

            using var interruption = new Interruption(cancellation);
            using var requests = new HubRequests(address, HubToken.UseFile(terminal, parsed.GetValue(tokenFile)));
            try
            {
                return await run(requests, parsed, interruption.Token);
            }
            catch (LongwaveException failed)
            {
                terminal.Say(HubFailureText.From(failed.Failure).Sentence);
                return ExitCode.Failed;
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                return ExitCode.Interrupted;
            }
        });
        return command;
    }
}
