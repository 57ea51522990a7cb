namespace Longwave.Engine.Storage;

/// <summary>The log can't be opened; the message says why and what to do, for the person who started the hub.</summary>
public sealed class LogUnavailableException : Exception
{
    /// <summary>With the reason in words.</summary>
    public LogUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
