namespace Longwave.Engine.Log;

/// <summary>The one row of the table <c>log</c>.</summary>
/// <param name="Epoch">Identity of the log.</param>
/// <param name="IndexedThrough">Every durable event up to this offset is in the topic index.</param>
/// <param name="ReservedThrough">No offset up to this one may be given again.</param>
/// <param name="SourcePosition">How far an upstream is read; null when there is none.</param>
internal sealed record LogHeader(uint Epoch, long IndexedThrough, long ReservedThrough, byte[]? SourcePosition);
