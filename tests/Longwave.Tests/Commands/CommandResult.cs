using Longwave.Terminals;

namespace Longwave.Tests.Commands;

/// <summary>Output and exit code of a command.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Returns this result if the command succeeded; fails otherwise.</summary>
    public CommandResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}\n{Error}");
        return this;
    }

    /// <summary>Returns this result if the command ended with the given code and without a stack trace; fails otherwise.</summary>
    public CommandResult Failed(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}\n{Output}\n{Error}");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        return this;
    }
}
