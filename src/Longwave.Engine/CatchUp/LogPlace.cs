namespace Longwave.Engine.CatchUp;

/// <summary>A place in the log: an offset, and a sequence in the hot tail where that is known.</summary>
/// <param name="Offset">The offset.</param>
/// <param name="Sequence">The sequence in the hot tail; -1 when it is not known.</param>
internal readonly record struct LogPlace(long Offset, long Sequence);
