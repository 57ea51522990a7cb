using System.CommandLine;
using Longwave.Terminals;

namespace Longwave.Completion;

/// <summary>Command <c>longwave completion</c>: prints the completion script of a shell.</summary>
internal static class CompletionCommand
{
    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = """
        Examples:
          longwave completion bash > ~/.local/share/bash-completion/completions/longwave
          longwave completion zsh > "${fpath[1]}/_longwave"
          longwave completion fish > ~/.config/fish/completions/longwave.fish
          longwave completion pwsh >> $PROFILE

        The script completes commands, options and files. Print it again after an update of longwave.

        Exit codes: 0 printed; 2 invalid command line.
        """;

    private static readonly Dictionary<string, Func<IReadOnlyList<CommandWords>, string>> Shells = new()
    {
        ["bash"] = BashScript.Write,
        ["zsh"] = ZshScript.Write,
        ["fish"] = FishScript.Write,
        ["pwsh"] = PwshScript.Write,
    };

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong([.. Shells.Keys]);
        var command = new Command("completion", "Print a completion script for a shell.") { shell };
        command.SetAction(parsed =>
        {
            terminal.Output.Write(Shells[parsed.GetValue(shell)!](CommandWords.Of(parsed.RootCommandResult.Command)));
            return ExitCode.Done;
        });
        return command;
    }
}
