namespace Longwave.Engine.Configuration;

/// <summary>What a live subscriber gets of the events that it missed because it did not take what was sent.</summary>
public enum SlowConsumer
{
    /// <summary>Every one of them, read from the log at its own pace.</summary>
    CatchUp,

    /// <summary>The newest per key (of events without a key: per topic); older ones are left out, which is no loss.</summary>
    Conflate,

    /// <summary>None: a gap notice with their range, then live events.</summary>
    Skip,

    /// <summary>The stream ends, with the reason; the client comes back and resumes.</summary>
    Disconnect,
}
