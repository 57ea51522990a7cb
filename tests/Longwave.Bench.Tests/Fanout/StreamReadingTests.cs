using System.Text;
using Longwave.Bench.Fanout;

namespace Longwave.Bench.Tests.Fanout;

public sealed class StreamReadingTests
{
    private const string PlainHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    private const string ChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    [Fact]
    public void Take_PlainStreamInOnePiece_FindsNumbers()
    {
        var reading = default(StreamReading);

        Assert.Equal([7, 8], Take(ref reading, PlainHead + "data: xx~00000007\n\ndata: xx~00000008\n\n"));
        Assert.True(reading.IsGreeted);
    }

    [Fact]
    public void Take_ChunkedStreamCutAnywhere_FindsTheSameNumbers()
    {
        // The second event is split over two chunks inside its number; one chunk has an extension.
        string body = Chunk("data: x~00000001\n\ndata: x~0000") + "6;ignored=1\r\n0002\n\n\r\n" + Chunk(": heartbeat\n") + Chunk("data: x~00000003\n\n");
        for (int cut = 1; cut < body.Length; cut++)
        {
            var reading = default(StreamReading);
            List<int> numbers = Take(ref reading, ChunkedHead);
            numbers.AddRange(Take(ref reading, body[..cut]));
            numbers.AddRange(Take(ref reading, body[cut..]));
            Assert.Equal([1, 2, 3], numbers);
        }
    }

    [Fact]
    public void Take_ByteByByte_FindsNumbers()
    {
        var reading = default(StreamReading);
        List<int> numbers = Take(ref reading, ChunkedHead);
        foreach (char next in Chunk("data: x~00000041\n\n") + Chunk("data: x~00000042\n\n"))
        {
            numbers.AddRange(Take(ref reading, next.ToString()));
        }

        Assert.Equal([41, 42], numbers);
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-")]
    public void Take_NotAStream_Fails(string head)
    {
        Assert.Throws<BenchFailedException>(() =>
        {
            var reading = default(StreamReading);
            Take(ref reading, head);
        });
    }

    [Fact]
    public void Write_NumberOfData_IsReadBack()
    {
        byte[] data = EventNumbers.Data(100);
        EventNumbers.Write(data, 12_345_678);
        var reading = default(StreamReading);

        Assert.Equal(100, data.Length);
        Assert.Equal([12_345_678], Take(ref reading, PlainHead + Encoding.ASCII.GetString(data)));
    }

    private static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";

    private static List<int> Take(ref StreamReading reading, string bytes)
    {
        int[] numbers = new int[10];
        int found = reading.Take(Encoding.ASCII.GetBytes(bytes), numbers);
        return [.. numbers.AsSpan(0, found)];
    }
}
