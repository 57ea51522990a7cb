namespace Longwave.Protocol.EventStream;

/// <summary>What <see cref="EventStreamParser.Read"/> returned.</summary>
public enum StreamItem
{
    /// <summary>Nothing complete: more bytes are needed.</summary>
    Nothing,

    /// <summary>An event.</summary>
    Event,

    /// <summary>A comment.</summary>
    Comment,

    /// <summary>An id without data: not an event, but <see cref="EventStreamParser.LastEventId"/> has changed.</summary>
    Id,
}
