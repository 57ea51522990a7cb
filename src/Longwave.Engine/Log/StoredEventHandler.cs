namespace Longwave.Engine.Log;

/// <summary>Handles an event that was read from storage.</summary>
internal delegate PageStep StoredEventHandler(in StoredEvent found);
