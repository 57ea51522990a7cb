namespace Longwave.Engine.Log;

/// <summary>The single row of the table <c>log</c>.</summary>
/// <param name="Epoch">Epoch of the log.</param>
/// <param name="IndexedThrough">Offset up to which every durable event is in the topic index.</param>
/// <param name="ReservedThrough">Offset up to which none may be assigned again.</param>
/// <param name="SourcePosition">Position in the upstream; null if there is none.</param>
internal sealed record LogHeader(uint Epoch, long IndexedThrough, long ReservedThrough, byte[]? SourcePosition);
