namespace Longwave.Engine.Configuration;

/// <summary>Handling of a live subscriber that missed events because its socket was full.</summary>
public enum SlowConsumer
{
    /// <summary>Send every missed event, read from the log at the pace of the client.</summary>
    CatchUp,

    /// <summary>
    /// Send only the newest missed event per key (per topic for events without a key). Older values are omitted without a gap notice.
    /// </summary>
    Conflate,

    /// <summary>Send none of the missed events, but a gap notice with their range; then live events.</summary>
    Skip,

    /// <summary>End the stream with the reason; the client reconnects and resumes.</summary>
    Disconnect,
}
