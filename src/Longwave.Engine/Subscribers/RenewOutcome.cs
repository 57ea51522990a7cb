namespace Longwave.Engine.Subscribers;

/// <summary>Result of a renewal.</summary>
public enum RenewOutcome
{
    /// <summary>The stream has the new identity.</summary>
    Renewed,

    /// <summary>The stream is already ending.</summary>
    Ending,

    /// <summary>The patterns of the new grants exceed a limit of cost. The stream keeps its identity.</summary>
    TooCostly,

    /// <summary>The new grants have so many patterns that another shard must serve the stream. It keeps its identity; a new stream can have the new one.</summary>
    NeedsNewStream,
}
