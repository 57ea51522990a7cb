namespace Longwave.Engine.Configuration;

/// <summary>How safely the events of a topic are kept.</summary>
public enum Durability
{
    /// <summary>Written to disk and synced before the publisher is answered.</summary>
    Log,

    /// <summary>Kept in the hot tail only: for ticks and presence, where the newest value is all that counts.</summary>
    Memory,
}
