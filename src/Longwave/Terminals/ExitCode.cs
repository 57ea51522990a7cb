namespace Longwave.Terminals;

/// <summary>Exit codes of the commands that connect to a hub; each command's help lists its own.</summary>
internal static class ExitCode
{
    /// <summary>The command completed.</summary>
    public const int Done = 0;

    /// <summary>The command failed; standard error gives the reason.</summary>
    public const int Failed = 1;

    /// <summary>The command line is not valid.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl+C or SIGTERM; by shell convention 128 plus the number of SIGINT.</summary>
    public const int Interrupted = 130;
}
