using Longwave.Terminals;

namespace Longwave.Serve;

/// <summary>The hub cannot start; the message is for the operator, one sentence per line.</summary>
internal sealed class StartFailedException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Exit code of the process.</summary>
    public int ExitCode { get; } = exitCode;
}
