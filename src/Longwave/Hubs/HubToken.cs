using System.CommandLine;
using Longwave.Terminals;

namespace Longwave.Hubs;

/// <summary>
/// Token or API key of the commands, read from the environment, or from the file of the option <c>--token-file</c>. The command line has no option for the token
/// itself, because every user of the machine can read command lines.
/// </summary>
/// <param name="variable">Reads environment variables.</param>
internal sealed class HubToken(Func<string, string?> variable)
{
    /// <summary>Variable that contains the token.</summary>
    public const string Variable = "LONGWAVE_TOKEN";

    /// <summary>Variable with the path of a token file; the client reads it again before the token expires, so another process can renew it.</summary>
    public const string FileVariable = "LONGWAVE_TOKEN_FILE";

    /// <summary>Creates the option <c>--token-file</c>.</summary>
    public static Option<FileInfo?> FileOption() => new("--token-file")
    {
        Description = $"File with the token or API key (default: the environment variable {FileVariable}, else the token in {Variable}).",
        HelpName = "FILE",
    };

    /// <summary>Returns the terminal for a command with the option: the file replaces the one that the environment names.</summary>
    public static Terminal UseFile(Terminal terminal, FileInfo? file) =>
        file is null ? terminal : terminal with { Variable = name => name == FileVariable ? file.FullName : terminal.Variable(name) };

    /// <summary>Whether the environment contains a token or a token file.</summary>
    public bool IsGiven => !string.IsNullOrWhiteSpace(variable(FileVariable)) || !string.IsNullOrWhiteSpace(variable(Variable));

    /// <summary>Reads the token.</summary>
    /// <exception cref="TokenUnreadableException">The file cannot be read or is empty.</exception>
    public string Read()
    {
        string text = (variable(FileVariable) is { Length: > 0 } file ? ReadFile(file) : variable(Variable))?.Trim() ?? "";
        return text.Length > 0 ? text : throw new TokenUnreadableException($"The token file {variable(FileVariable)} contains no token.");
    }

    private static string ReadFile(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenUnreadableException($"Cannot read the token file {file}: {exception.Message}", exception);
        }
    }
}
