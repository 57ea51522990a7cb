namespace Longwave.Protocol.EventStream;

/// <summary>A stream contained an event or a line above the parser's limit. Parsing cannot continue.</summary>
public sealed class EventTooLargeException : Exception
{
    /// <summary>Creates the exception for a limit.</summary>
    /// <param name="limit">The limit in bytes.</param>
    public EventTooLargeException(int limit)
        : base($"The stream sent an event of more than {limit} bytes.") => Limit = limit;

    /// <summary>The limit in bytes.</summary>
    public int Limit { get; }
}
