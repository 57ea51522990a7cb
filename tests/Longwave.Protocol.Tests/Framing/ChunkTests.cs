using System.Buffers;
using System.Text;
using Longwave.Protocol.Framing;

namespace Longwave.Protocol.Tests.Framing;

public sealed class ChunkTests
{
    [Theory]
    [InlineData(1, "1")]
    [InlineData(15, "f")]
    [InlineData(16, "10")]
    [InlineData(255, "ff")]
    [InlineData(256, "100")]
    [InlineData(65_536, "10000")]
    [InlineData(1_048_577, "100001")]
    public void Of_AnySize_IsHexadecimalWithoutLeadingZeros(int size, string digits)
    {
        byte[] frame = Encoding.ASCII.GetBytes(new string('x', size));
        byte[] chunk = Chunk.Of(frame);
        Assert.Equal(Encoding.ASCII.GetBytes($"{digits}\r\n").Concat(frame).Concat("\r\n"u8.ToArray()), chunk);
        Assert.Equal(frame, Chunk.Payload(chunk).ToArray());
        var writer = new ArrayBufferWriter<byte>();
        Assert.Equal(chunk.Length, Chunk.Write(writer, frame));
        Assert.Equal(chunk, writer.WrittenSpan.ToArray());
        Assert.True(chunk.Length - size <= Chunk.MostFraming);
    }

    [Fact]
    public void Of_Nothing_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => Chunk.Of([]));
}
