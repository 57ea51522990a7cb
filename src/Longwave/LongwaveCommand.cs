using System.CommandLine;
using System.CommandLine.Help;
using Longwave.Arguments;
using Longwave.Backups;
using Longwave.Completion;
using Longwave.Demo;
using Longwave.Help;
using Longwave.Hubs;
using Longwave.Manage;
using Longwave.Publish;
using Longwave.Serve;
using Longwave.Server.Http;
using Longwave.Tail;
using Longwave.Terminals;
using Longwave.Tokens;

namespace Longwave;

/// <summary>The root of the command line.</summary>
internal static class LongwaveCommand
{
    private const string Epilogue = """
        To get started, run each line in its own terminal:
          longwave serve                      # starts a hub on http://127.0.0.1:8080 with its data in ./longwave-data
          longwave tail                       # shows every event as it arrives
          longwave publish greetings hello    # publishes one event; `longwave demo` publishes real data

        `longwave COMMAND --help` shows examples. Without a command, longwave runs `serve`.
        In a clone of the repository, define: alias longwave='dotnet run --project src/Longwave --'
        """;

    private const string ServeEpilogue = """
        Examples:
          longwave serve
          longwave serve --data /var/lib/longwave --urls http://127.0.0.1:9000
          longwave serve --urls https://0.0.0.0:8443 --cert hub.pem --key hub.key --insecure
          LONGWAVE__ENGINE__HEARTBEAT=00:00:10 longwave serve --config hub.json

        Exit codes: 0 stopped by Ctrl+C or SIGTERM; 1 cannot start on this machine (port in use, directory not writable,
        data in use by another hub); 2 invalid command line or configuration.
        """;

    /// <summary>Maximum line width of the help, in characters, for readability.</summary>
    private const int MaxHelpWidth = 110;

    /// <summary>Creates the root command and its subcommands.</summary>
    /// <param name="terminal">Streams of the commands.</param>
    public static Command Create(Terminal terminal)
    {
        var help = new HelpOption();
        var command = new Command("longwave", "Longwave accepts events over HTTP, stores them in a durable log, and streams them as Server-Sent Events.")
        {
            help,
            new VersionOption(),
            ServeCommand.Create(),
            PublishCommand.Create(terminal),
            TailCommand.Create(terminal),
            DemoCommand.Create(terminal),
            TokenCommand.Create(terminal),
            TopicsCommand.Create(terminal),
            ConnectionsCommand.Create(terminal),
            RevokeCommand.Create(terminal),
            HealthCommand.Create(terminal),
            PurgeCommand.Create(terminal),
            CheckCommand.Create(terminal),
            BackupCommand.Create(terminal),
            RestoreCommand.Create(terminal),
            CompactCommand.Create(terminal),
            CompletionCommand.Create(terminal),
        };
        help.Recursive = true;
        var usual = (HelpAction)help.Action!;
        usual.MaxWidth = Console.IsOutputRedirected ? MaxHelpWidth : Math.Min(TerminalWidth.Read(), MaxHelpWidth);
        help.Action = new EpilogueHelp(usual, new Dictionary<string, string>
        {
            ["longwave"] = Epilogue,
            ["serve"] = ServeEpilogue,
            ["publish"] = PublishCommand.Epilogue,
            ["tail"] = TailCommand.Epilogue,
            ["demo"] = DemoCommand.Epilogue,
            ["token"] = TokenCommand.Epilogue,
            ["topics"] = TopicsCommand.Epilogue,
            ["connections"] = ConnectionsCommand.Epilogue,
            ["revoke"] = RevokeCommand.Epilogue,
            ["health"] = HealthCommand.Epilogue,
            ["purge"] = PurgeCommand.Epilogue,
            ["check"] = CheckCommand.Epilogue,
            ["backup"] = BackupCommand.Epilogue,
            ["restore"] = RestoreCommand.Epilogue,
            ["compact"] = CompactCommand.Epilogue,
            ["completion"] = CompletionCommand.Epilogue,
        });
        return command;
    }

    /// <summary>Runs a command line and returns the exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellation = default)
    {
        IReadOnlyList<string> words = arguments.Count == 0 ? ["serve"] : arguments;

        // Without response files: a word that begins with @ is data or a topic, not the name of a file with more words.
        ParseResult parsed = Create(terminal).Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        IReadOnlyList<string> unknown = UnknownOptions.Find(parsed, words);
        if ((parsed.Errors.Count > 0 || unknown.Count > 0) && parsed.Action is not (EpilogueHelp or { Terminating: true, ClearsParseErrors: true }))
        {
            return Refuse(parsed, unknown, terminal);
        }

        try
        {
            // Commands end on cancellation by themselves; a draining hub needs more than the default two seconds.
            var invocation = new InvocationConfiguration
            {
                ProcessTerminationTimeout = null,
                EnableDefaultExceptionHandler = false,
                Output = terminal.Output,
                Error = terminal.Error,
            };
            int code = await parsed.InvokeAsync(invocation, cancellation);
            await terminal.Output.FlushAsync(CancellationToken.None);
            return code;
        }
        catch (TokenUnreadableException exception)
        {
            terminal.Say(exception.Message);
            return ExitCode.Failed;
        }
        catch (IOException exception)
        {
            // Only output errors remain here: a full disk, or a pipe without a reader.
            terminal.Say($"Cannot write the output: {exception.Message}");
            return ExitCode.Failed;
        }
        catch (Exception exception)
        {
            terminal.Say($"This is a bug in longwave; please report it: {exception}");
            return ExitCode.Failed;
        }
    }

    private static int Refuse(ParseResult parsed, IReadOnlyList<string> unknownOptions, Terminal terminal)
    {
        // The first kind of error that applies; the others are consequences of it.
        IEnumerable<string> errors = unknownOptions.Count > 0 ? unknownOptions
            : parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens.Select(word => UnknownWord(parsed.CommandResult.Command, word))
            : parsed.Errors.Select(static e => e.Message).Distinct();
        foreach (string message in errors)
        {
            terminal.Say(VisibleText.Escape(message));
        }

        string name = parsed.CommandResult.Command.Name;
        terminal.Say($"`longwave {(name == "longwave" ? "" : name + " ")}--help` describes the command line.");
        return ExitCode.Usage;
    }

    private static string UnknownWord(Command command, string word)
    {
        if (command.Subcommands.Count == 0)
        {
            return $"'{word}' is one argument too many. Quote an argument that contains spaces.";
        }

        IEnumerable<string> names = command.Subcommands.Select(static c => c.Name);
        return Suggestion.Nearest(word, names) is { } near
            ? $"'{word}' is not a command; did you mean `longwave {near}`?"
            : $"'{word}' is not a command; the commands are {string.Join(", ", names)}.";
    }
}
