using System.Buffers;
using System.Text;
using System.Text.Json;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Protocol.Tests.Vectors;

public sealed class EncodeVectorTests
{
    public static TheoryData<string> Names => VectorFile.Names("encode.json", "vectors");

    [Theory]
    [MemberData(nameof(Names))]
    public void WriteEvent_Vector_IsItsFrame(string name)
    {
        JsonElement vector = VectorFile.Find("encode.json", "vectors", name);
        JsonElement e = vector.GetProperty("event");
        Assert.True(Position.TryParse(VectorFile.Text(e, "position"), out Position position));
        string[]? topics = e.TryGetProperty("topics", out JsonElement names) ? [.. names.EnumerateArray().Select(static name => name.GetString()!)] : null;
        var buffer = new ArrayBufferWriter<byte>();
        EventFrames.Write(buffer, topics is null ? EventFormat.Sse : EventFormat.SseWithTopics, new EventView
        {
            Position = position,
            TimeUnixMs = 0,
            Topic = topics?[0] ?? "t",
            Alternates = topics?[1..],
            Type = VectorFile.Text(e, "type"),
            Data = Encoding.UTF8.GetBytes(VectorFile.Text(e, "data")!),
        });
        Assert.Equal(vector.GetProperty("frame").GetString(), Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
