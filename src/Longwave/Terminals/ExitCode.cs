namespace Longwave.Terminals;

/// <summary>What the commands that talk to a hub end with; each command's help says which and when.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked for was done.</summary>
    public const int Done = 0;

    /// <summary>It could not be done; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl+C or SIGTERM, as shells have it: 128 and the number of SIGINT.</summary>
    public const int Interrupted = 130;
}
