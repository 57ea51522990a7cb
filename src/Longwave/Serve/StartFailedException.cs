using Longwave.Terminals;

namespace Longwave.Serve;

/// <summary>The hub can't start; the message is for the person who started it, one sentence a line.</summary>
internal sealed class StartFailedException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; } = exitCode;
}
