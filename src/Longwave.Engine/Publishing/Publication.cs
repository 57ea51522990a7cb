using Longwave.Engine.Log;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Publishing;

/// <summary>An event on its way into the log.</summary>
/// <param name="Event">The event, already checked against the rules of its fields.</param>
/// <param name="Key">Its idempotency key, or null when a repeat can't be told from a new event.</param>
public readonly record struct Publication(Event Event, IdempotencyKey? Key);
