using System.Text;
using System.Text.Json;
using Longwave.Protocol.EventStream;

namespace Longwave.Protocol.Tests.Vectors;

public sealed class ParseVectorTests
{
    public static TheoryData<string> Names => VectorFile.Names("parse.json", "vectors");

    [Theory]
    [MemberData(nameof(Names))]
    public void TryRead_VectorInAnyPieceSize_HasTheExpectedEvents(string name)
    {
        JsonElement vector = VectorFile.Find("parse.json", "vectors", name);
        byte[] stream = VectorFile.Bytes(vector, "stream");
        foreach (int piece in (int[])[1, 2, 3, 7, int.MaxValue])
        {
            var parser = new EventStreamParser();
            Assert.Equal(Events(vector), StreamPieces.Read(parser, stream, piece, out List<string> comments));
            Assert.Equal(vector.GetProperty("lastEventId").GetString(), parser.LastEventId);
            JsonElement retry = vector.GetProperty("retry");
            Assert.Equal(retry.ValueKind == JsonValueKind.Null ? null : retry.GetInt32(), parser.RetryMs);
            if (vector.TryGetProperty("comments", out JsonElement expected))
            {
                Assert.Equal(expected.GetArrayLength(), parser.CommentsSeen);
                if (piece == 1)
                {
                    Assert.Equal(expected.EnumerateArray().Select(c => c.GetString()!), comments);
                }
            }
        }
    }

    private static IEnumerable<ServerSentEvent> Events(JsonElement vector) =>
        vector.GetProperty("events").EnumerateArray().Select(e => new ServerSentEvent(
            VectorFile.Text(e, "type")!, VectorFile.Text(e, "data")!, VectorFile.Text(e, "lastEventId")!));
}
