using Longwave.Protocol.Positions;

namespace Longwave.Engine.Log;

/// <summary>Location of an event that was looked up by id.</summary>
/// <param name="Position">Position of the event; null if no event has the id: there never was one, or it was removed.</param>
/// <param name="IsKept">Whether the event is still in the log.</param>
public readonly record struct EventLocation(Position? Position, bool IsKept);
