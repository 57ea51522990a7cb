namespace Longwave.Protocol.EventStream;

/// <summary>A stream sent an event, or a single line, above the parser's limit. The stream can't be read on.</summary>
public sealed class EventTooLargeException : Exception
{
    /// <summary>Makes the exception for a limit.</summary>
    /// <param name="limit">The limit in bytes.</param>
    public EventTooLargeException(int limit)
        : base($"The stream sent an event of more than {limit} bytes.") => Limit = limit;

    /// <summary>The limit in bytes.</summary>
    public int Limit { get; }
}
