using Longwave.Engine.Log;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Publishing;

/// <summary>An event to publish.</summary>
/// <param name="Event">The event.</param>
/// <param name="Key">Idempotency key of the event; null if repeats are not recognized.</param>
public readonly record struct Publication(Event Event, IdempotencyKey? Key);
