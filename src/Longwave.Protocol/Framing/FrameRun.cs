namespace Longwave.Protocol.Framing;

/// <summary>Whole frames, one behind the other, each as a <see cref="Chunk"/>: what a stream is given in one go.</summary>
/// <param name="chunks">The chunks, without anything between them.</param>
/// <param name="ends">Where each chunk ends, in order; the last one is the length of <paramref name="chunks"/>.</param>
/// <param name="isShared">The bytes never change, so that a part of them can be kept; else they are valid during the call only.</param>
public readonly ref struct FrameRun(ReadOnlyMemory<byte> chunks, ReadOnlySpan<int> ends, bool isShared)
{
    /// <summary>The chunks, without anything between them.</summary>
    public ReadOnlyMemory<byte> Chunks { get; } = chunks;

    /// <summary>Where each chunk ends, in order.</summary>
    public ReadOnlySpan<int> Ends { get; } = ends;

    /// <summary>The bytes never change.</summary>
    public bool IsShared { get; } = isShared;

    /// <summary>How many frames there are.</summary>
    public int Count => Ends.Length;

    /// <summary>One frame, without its chunk framing.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    public ReadOnlySpan<byte> this[int index] => Chunk.Payload(Chunks.Span[(index == 0 ? 0 : Ends[index - 1])..Ends[index]]);

    /// <summary>Which frame holds the byte at <paramref name="offset"/>.</summary>
    /// <param name="offset">From 0 to the length of <see cref="Chunks"/> - 1.</param>
    public int FrameAt(int offset)
    {
        int found = Ends.BinarySearch(offset + 1);
        return found < 0 ? ~found : found;
    }

    /// <summary>A part that can be kept: the bytes themselves when they are shared, else a copy.</summary>
    /// <param name="start">Its first byte.</param>
    /// <param name="end">The byte after its last one.</param>
    public ReadOnlyMemory<byte> Keep(int start, int end) => IsShared ? Chunks[start..end] : Chunks[start..end].ToArray();
}
