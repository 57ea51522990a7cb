using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Subscribe;

/// <summary>Headers of every answer with events, over all endpoints.</summary>
internal static class StreamHeaders
{
    /// <summary>Sets the headers.</summary>
    /// <param name="headers">The response headers.</param>
    /// <param name="media">The media type of the answer.</param>
    public static void Set(IHeaderDictionary headers, EventsMedia media)
    {
        headers.ContentType = media switch
        {
            EventsMedia.EventStream => "text/event-stream",
            EventsMedia.Ndjson => "application/x-ndjson",
            _ => JsonResponse.MediaType,
        };

        // no-transform: middleware that compresses, such as `compression` of Node, otherwise holds a stream back until its buffer is full.
        headers.CacheControl = media == EventsMedia.Json ? "no-store" : "no-store, no-transform";
        headers.Vary = "Accept";

        // Tells nginx not to buffer the stream.
        headers["X-Accel-Buffering"] = "no";
    }
}
