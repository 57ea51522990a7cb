using Longwave.Protocol.Positions;

namespace Longwave.Engine.Log;

/// <summary>Where the event of an id stands.</summary>
/// <param name="Position">Its position; null when the id is nobody's: never was, or its event is gone.</param>
/// <param name="IsKept">Whether the event is still there.</param>
public readonly record struct EventLocation(Position? Position, bool IsKept);
