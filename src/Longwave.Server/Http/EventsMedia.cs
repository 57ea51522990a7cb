namespace Longwave.Server.Http;

/// <summary>The media types of answers of <c>GET /v1/events</c>.</summary>
internal enum EventsMedia
{
    /// <summary><c>text/event-stream</c>.</summary>
    EventStream,

    /// <summary><c>application/x-ndjson</c>: a stream of lines.</summary>
    Ndjson,

    /// <summary><c>application/json</c>: one answer (poll, long poll).</summary>
    Json,
}
