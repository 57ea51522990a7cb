namespace Longwave.Engine.Configuration;

/// <summary>Where the events of a topic are kept.</summary>
public enum Durability
{
    /// <summary>On disk: written and synced before the hub answers the publisher.</summary>
    Log,

    /// <summary>In the hot tail only, lost on restart; for ticks and presence, where only the newest value matters.</summary>
    Memory,
}
