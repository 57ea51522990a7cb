namespace Longwave.BadDays.Tests.Storage;

/// <summary>A row of the event table.</summary>
internal sealed record StoredEvent(long Offset, IReadOnlyList<string> Topics, string Data);
