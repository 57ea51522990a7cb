namespace Longwave.Protocol.Events;

/// <summary>How an event is written to a subscriber; one frame per event and format at most.</summary>
public enum EventFormat
{
    /// <summary><c>text/event-stream</c>, <c>data:</c> is what was published.</summary>
    Sse,

    /// <summary><c>text/event-stream</c>, <c>data:</c> is the event as one CloudEvents JSON object.</summary>
    SseCloudEvents,

    /// <summary>One native JSON object and a line feed.</summary>
    Json,

    /// <summary>One CloudEvents JSON object and a line feed.</summary>
    JsonCloudEvents,

    /// <summary>
    /// <c>text/event-stream</c> as <see cref="Sse"/>, but <c>id:</c> is what the publisher calls the event, else <c>#</c> and its position; and
    /// <c>retry:</c> where the publisher gave one.
    /// </summary>
    SseWithIds,
}
