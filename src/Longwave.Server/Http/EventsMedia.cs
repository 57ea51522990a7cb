namespace Longwave.Server.Http;

/// <summary>The forms in which <c>GET /v1/events</c> answers.</summary>
internal enum EventsMedia
{
    /// <summary><c>text/event-stream</c>.</summary>
    EventStream,

    /// <summary><c>application/x-ndjson</c>: a stream of lines.</summary>
    Ndjson,

    /// <summary><c>application/json</c>: one answer (poll, long poll).</summary>
    Json,
}
