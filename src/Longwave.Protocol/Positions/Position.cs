namespace Longwave.Protocol.Positions;

/// <summary>Where an event stands in the log: <c>epoch-offset</c>, e.g. <c>5f3a9c1e-1042</c>. It is the SSE <c>id:</c>.</summary>
/// <remarks>
/// An offset alone is not enough: a log that was replaced (another data directory, a restored machine) counts from one again, and a
/// subscriber that comes back with offset 1042 of the old log would silently miss the first 1,042 events of the new one. The epoch
/// names the log, so the hub can tell the subscriber that its place means nothing any more.
/// </remarks>
/// <param name="Epoch">Identity of the log, 32 random bits.</param>
/// <param name="Offset">Place in the log, from 1; 0 stands before the first event.</param>
public readonly record struct Position(uint Epoch, long Offset);
