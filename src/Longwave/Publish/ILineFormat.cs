using System.Buffers;

namespace Longwave.Publish;

/// <summary>What a line of the input means, and how it is written as one line of CloudEvents JSON.</summary>
internal interface ILineFormat
{
    /// <summary>Writes the line's event, without a line end.</summary>
    /// <param name="line">The line.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="writer">Where to; left as it was when there is no event.</param>
    /// <param name="problem">What is wrong with the line; null when nothing is.</param>
    /// <returns>True with an event; false for a line that holds none, or a bad one.</returns>
    bool TryEncode(ReadOnlyMemory<byte> line, long number, IBufferWriter<byte> writer, out string? problem);
}
