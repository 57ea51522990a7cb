namespace Longwave.Engine.Log;

/// <summary>A range of offsets: those after <paramref name="After"/>, up to and including <paramref name="Through"/>.</summary>
internal readonly record struct OffsetRange(long After, long Through);
