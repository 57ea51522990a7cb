namespace Longwave.Engine.CatchUp;

/// <summary>Position of a read in the log: an offset, and a sequence in the hot tail if known.</summary>
/// <param name="Offset">The offset.</param>
/// <param name="Sequence">The sequence in the hot tail; -1 if unknown.</param>
internal readonly record struct ReadPosition(long Offset, long Sequence);
