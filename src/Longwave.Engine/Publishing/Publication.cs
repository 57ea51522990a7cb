using Longwave.Engine.Log;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Publishing;

/// <summary>An event to be published.</summary>
/// <param name="Event">The event.</param>
/// <param name="Key">Its idempotency key, or null when a repeat can't be told from a new event.</param>
public readonly record struct Publication(Event Event, IdempotencyKey? Key);
