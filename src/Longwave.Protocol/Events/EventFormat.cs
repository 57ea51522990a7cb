namespace Longwave.Protocol.Events;

/// <summary>Encoding of an event for subscribers; the hub encodes each event at most once per format.</summary>
public enum EventFormat
{
    /// <summary>Format <c>text/event-stream</c>; <c>data:</c> is the published data.</summary>
    Sse,

    /// <summary>Format <c>text/event-stream</c>; <c>data:</c> is the event as one CloudEvents JSON object.</summary>
    SseCloudEvents,

    /// <summary>One native JSON object and a line feed.</summary>
    Json,

    /// <summary>One CloudEvents JSON object and a line feed.</summary>
    JsonCloudEvents,

    /// <summary>
    /// Format <c>text/event-stream</c> as <see cref="Sse"/>, but <c>id:</c> is the publisher's id, or <c>#</c> and the position if there is none; and
    /// <c>retry:</c> is sent if the publisher set it.
    /// </summary>
    SseWithIds,

    /// <summary>Format <c>text/event-stream</c> as <see cref="Sse"/>, with a field <c>topic:</c> for each topic of the event. Other parsers ignore the field.</summary>
    SseWithTopics,
}
