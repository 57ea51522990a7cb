namespace Longwave.Protocol.EventStream;

/// <summary>What <see cref="EventStreamParser.Read"/> has read.</summary>
public enum StreamItem
{
    /// <summary>Nothing whole: more bytes are needed.</summary>
    Nothing,

    /// <summary>An event.</summary>
    Event,

    /// <summary>A comment.</summary>
    Comment,

    /// <summary>An id without data: no event, but <see cref="EventStreamParser.LastEventId"/> has changed.</summary>
    Id,
}
