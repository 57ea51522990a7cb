namespace Longwave.Engine.Log;

/// <summary>An event that is about to be committed, with the idempotency key it came with.</summary>
internal readonly record struct AppendEntry(LoggedEvent Event, IdempotencyKey? Key);
