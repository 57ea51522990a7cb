namespace Longwave.Protocol.Framing;

/// <summary>Consecutive complete frames, each as a <see cref="Chunk"/>, for one write to a stream.</summary>
/// <param name="chunks">The chunks, without gaps.</param>
/// <param name="ends">End of each chunk, in order; the last one is the length of <paramref name="chunks"/>.</param>
/// <param name="isShared">Whether the bytes never change, so that parts can be kept; otherwise they are valid only during the call.</param>
public readonly ref struct FrameBatch(ReadOnlyMemory<byte> chunks, ReadOnlySpan<int> ends, bool isShared)
{
    /// <summary>The chunks, without gaps.</summary>
    public ReadOnlyMemory<byte> Chunks { get; } = chunks;

    /// <summary>End of each chunk, in order.</summary>
    public ReadOnlySpan<int> Ends { get; } = ends;

    /// <summary>Whether the bytes never change.</summary>
    public bool IsShared { get; } = isShared;

    /// <summary>Number of frames.</summary>
    public int Count => Ends.Length;

    /// <summary>One frame, without its chunk framing.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    public ReadOnlySpan<byte> this[int index] => Chunk.Payload(Chunks.Span[(index == 0 ? 0 : Ends[index - 1])..Ends[index]]);

    /// <summary>Where one frame is in <see cref="Chunks"/>, without its chunk framing.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <returns>Offset of its first byte, and offset after its last byte.</returns>
    public (int Start, int End) PayloadAt(int index)
    {
        ReadOnlySpan<byte> payload = this[index];
        int end = Ends[index] - Chunk.LineEnd;
        return (end - payload.Length, end);
    }

    /// <summary>Index of the frame that contains the byte at <paramref name="offset"/>.</summary>
    /// <param name="offset">From 0 to the length of <see cref="Chunks"/> - 1.</param>
    public int FrameAt(int offset)
    {
        int found = Ends.BinarySearch(offset + 1);
        return found < 0 ? ~found : found;
    }

    /// <summary>A part that can be kept: the memory itself if it is shared, otherwise a copy.</summary>
    /// <param name="start">Offset of its first byte.</param>
    /// <param name="end">Offset after its last byte.</param>
    public ReadOnlyMemory<byte> Keep(int start, int end) => IsShared ? Chunks[start..end] : Chunks[start..end].ToArray();
}
