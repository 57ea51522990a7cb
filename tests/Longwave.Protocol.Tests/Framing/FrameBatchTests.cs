using Longwave.Protocol.Framing;

namespace Longwave.Protocol.Tests.Framing;

public sealed class FrameBatchTests
{
    [Fact]
    public void FrameAt_EveryByte_IsTheFrameThatHoldsIt()
    {
        byte[][] chunks = [Chunk.Of("a"u8), Chunk.Of("bb"u8), Chunk.Of(new byte[300])];
        int[] ends = [chunks[0].Length, chunks[0].Length + chunks[1].Length, chunks.Sum(static chunk => chunk.Length)];
        var batch = new FrameBatch(chunks.SelectMany(static chunk => chunk).ToArray(), ends, isShared: false);
        Assert.Equal(3, batch.Count);
        Assert.Equal("bb"u8.ToArray(), batch[1].ToArray());
        for (int i = 0; i < ends[^1]; i++)
        {
            Assert.Equal(i < ends[0] ? 0 : i < ends[1] ? 1 : 2, batch.FrameAt(i));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Keep_BytesThatChangeLater_AreCopiedUnlessShared(bool shared)
    {
        byte[] chunk = Chunk.Of("abc"u8);
        ReadOnlyMemory<byte> kept = new FrameBatch(chunk, [chunk.Length], shared).Keep(3, 6);
        chunk[3] = (byte)'z';
        Assert.Equal(shared ? "zbc"u8.ToArray() : "abc"u8.ToArray(), kept.ToArray());
    }
}
