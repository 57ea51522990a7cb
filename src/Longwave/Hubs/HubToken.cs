namespace Longwave.Hubs;

/// <summary>
/// What the commands show to a hub that asks who they are: a token or an API key from the environment, never from the command line, which
/// every user of the machine can read.
/// </summary>
/// <param name="variable">Reads environment variables.</param>
internal sealed class HubToken(Func<string, string?> variable)
{
    /// <summary>The variable with the token itself.</summary>
    public const string Variable = "LONGWAVE_TOKEN";

    /// <summary>The variable with the name of a file that has it; read again when the hub says that the token expires, so that somebody else can keep it fresh.</summary>
    public const string FileVariable = "LONGWAVE_TOKEN_FILE";

    /// <summary>Whether there is anything to show.</summary>
    public bool IsGiven => !string.IsNullOrWhiteSpace(variable(FileVariable)) || !string.IsNullOrWhiteSpace(variable(Variable));

    /// <summary>The token.</summary>
    /// <exception cref="TokenUnreadableException">The file can't be read, or has nothing in it.</exception>
    public string Read()
    {
        string text = (variable(FileVariable) is { Length: > 0 } file ? ReadFile(file) : variable(Variable))?.Trim() ?? "";
        return text.Length > 0 ? text : throw new TokenUnreadableException($"There is no token in the file that {FileVariable} names.");
    }

    private static string ReadFile(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenUnreadableException($"The token that {FileVariable} names can't be read: {exception.Message}", exception);
        }
    }
}
