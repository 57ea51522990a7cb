using System.Buffers;

namespace Longwave.Publish;

/// <summary>Input format: converts a line to one line of CloudEvents JSON.</summary>
internal interface ILineFormat
{
    /// <summary>Encodes the event of a line, without a line end.</summary>
    /// <param name="line">Input line.</param>
    /// <param name="number">Line number, from 1.</param>
    /// <param name="writer">Destination; unchanged if there is no event.</param>
    /// <param name="problem">What is wrong with the line, or null.</param>
    /// <returns>True for an event; false for an empty or invalid line.</returns>
    bool TryEncode(ReadOnlyMemory<byte> line, long number, IBufferWriter<byte> writer, out string? problem);
}
