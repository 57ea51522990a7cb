namespace Longwave.Engine.Log;

/// <summary>An event to commit, with its idempotency key if it has one.</summary>
internal readonly record struct AppendEntry(LoggedEvent Event, IdempotencyKey? Key);
