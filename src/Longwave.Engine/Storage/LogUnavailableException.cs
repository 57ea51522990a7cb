namespace Longwave.Engine.Storage;

/// <summary>The log cannot be opened. The message contains the reason and the remedy, for the person who started the hub.</summary>
public sealed class LogUnavailableException : Exception
{
    /// <summary>Creates the exception with the reason as text.</summary>
    public LogUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
