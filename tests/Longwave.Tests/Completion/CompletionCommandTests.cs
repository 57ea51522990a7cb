using System.CommandLine;
using System.Diagnostics;
using Longwave.Terminals;
using Longwave.Tests.Commands;

namespace Longwave.Tests.Completion;

public sealed class CompletionCommandTests
{
    [Theory]
    [InlineData("longwave ", "serve")]
    [InlineData("longwave ta", "tail")]
    [InlineData("longwave tail --si", "--since", "--silence")]
    [InlineData("longwave publish --ver")]
    [InlineData("longwave publish --idem", "--idempotency-key")]
    [InlineData("longwave publish t --file ./fi", "./file-one", "./file-two")]
    [InlineData("longwave publish --type --f")]
    [InlineData("longwave purge t --th", "--through")]
    public async Task Bash_WithTheScript_CompletesLikeAUser(string line, params string[] expected)
    {
        string[] found = await CompleteAsync(line);
        if (expected is ["serve"])
        {
            // All commands, and the options of the program.
            Assert.Equal([.. Root().Subcommands.Select(static command => command.Name).Order(StringComparer.Ordinal)], found.Where(static word => word[0] != '-').Order(StringComparer.Ordinal));
            return;
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task Script_OfEveryShell_HasEveryCommandAndOption(string shell)
    {
        string script = (await CommandRun.RunAsync("completion", shell)).Succeeded().Output;
        foreach (Command command in Root().Subcommands)
        {
            Assert.Contains(command.Name, script, StringComparison.Ordinal);
            foreach (Option option in command.Options)
            {
                Assert.Contains(shell == "fish" ? $" -l {option.Name[2..]}" : option.Name, script, StringComparison.Ordinal);
            }
        }

        // Each quote has its partner, so that no description ends a string of the script.
        Assert.All(script.Split('\n'), static line => Assert.True(line.Count(static c => c == '\'') % 2 == 0, line));
    }

    [Fact]
    public async Task Completion_UnknownShell_NamesTheShells()
    {
        CommandResult result = (await CommandRun.RunAsync("completion", "tcsh")).Failed(2);
        Assert.Contains("fish", result.Error, StringComparison.Ordinal);
    }

    private static Command Root() => LongwaveCommand.Create(new Terminal(Stream.Null, TextWriter.Null, TextWriter.Null));

    /// <summary>Loads the script in bash and asks the function that bash calls for the tab key.</summary>
    private static async Task<string[]> CompleteAsync(string line)
    {
        DirectoryInfo home = Directory.CreateTempSubdirectory("longwave-completion-");
        try
        {
            string script = Path.Combine(home.FullName, "script");
            await File.WriteAllTextAsync(script, (await CommandRun.RunAsync("completion", "bash")).Succeeded().Output);
            await File.WriteAllTextAsync(Path.Combine(home.FullName, "file-one"), "");
            await File.WriteAllTextAsync(Path.Combine(home.FullName, "file-two"), "");
            string test = $$"""
                set -eu
                . {{script}}
                complete -p longwave | grep -q -- '-F _longwave'
                read -ra COMP_WORDS <<< '{{line}}'
                case '{{line}}' in *' ') COMP_WORDS+=('') ;; esac
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                _longwave
                for word in "${COMPREPLY[@]+"${COMPREPLY[@]}"}"; do printf '%s\n' "$word"; done
                """;
            var start = new ProcessStartInfo("bash", ["-c", test]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = home.FullName };
            using Process bash = Process.Start(start)!;
            Task<string> errors = bash.StandardError.ReadToEndAsync();
            string output = await bash.StandardOutput.ReadToEndAsync().WaitAsync(HubProcess.Patience);
            await bash.WaitForExitAsync().WaitAsync(HubProcess.Patience);
            Assert.True(bash.ExitCode == 0, await errors);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }
}
