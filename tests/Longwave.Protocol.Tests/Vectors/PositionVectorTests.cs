using System.Text;
using System.Text.Json;
using Longwave.Protocol.Positions;

namespace Longwave.Protocol.Tests.Vectors;

public sealed class PositionVectorTests
{
    [Fact]
    public void TryParse_ValidVectors_RoundTrip()
    {
        foreach (JsonElement vector in VectorFile.Read("positions.json").GetProperty("valid").EnumerateArray())
        {
            string text = VectorFile.Text(vector, "text")!;
            var expected = new Position(vector.GetProperty("epoch").GetUInt32(), long.Parse(VectorFile.Text(vector, "offset")!));
            Assert.True(Position.TryParse(text, out Position chars), text);
            Assert.True(Position.TryParse(Encoding.UTF8.GetBytes(text), out Position bytes), text);
            Assert.Equal((expected, expected), (chars, bytes));
            Assert.Equal(text, expected.ToString());
        }
    }

    [Fact]
    public void TryParse_InvalidVectors_AreRejected()
    {
        foreach (JsonElement vector in VectorFile.Read("positions.json").GetProperty("invalid").EnumerateArray())
        {
            string text = vector.GetString()!;
            Assert.False(Position.TryParse(text, out _), text);
            Assert.False(Position.TryParse(Encoding.UTF8.GetBytes(text), out _), text);
        }
    }
}
