using System.Text;
using Longwave.Publish;

namespace Longwave.Tests.Publish;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("\n", new[] { "" })]
    [InlineData("a\r\nb\rc\n\n\r\nd", new[] { "a", "b\rc", "", "", "d" })]
    [InlineData("\uFEFFa\n\uFEFFb", new[] { "a", "\uFEFFb" })]
    public async Task TryTake_InputInAnyPieces_ReturnsItsLines(string text, string[] expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int piece = 1; piece <= bytes.Length + 1; piece++)
        {
            Assert.Equal(expected, await LinesAsync(new Pieces(bytes, piece)));
        }
    }

    [Fact]
    public async Task TryTake_LineLargerThanTheBuffer_IsComplete()
    {
        string large = new('x', 5_000_000);

        Assert.Equal(["a", large, "b"], await LinesAsync(new MemoryStream(Encoding.UTF8.GetBytes($"a\n{large}\nb\n"))));
    }

    private static async Task<List<string>> LinesAsync(Stream input)
    {
        var reader = new LineReader(input);
        var lines = new List<string>();
        do
        {
            while (reader.TryTake(out ReadOnlyMemory<byte> line))
            {
                lines.Add(Encoding.UTF8.GetString(line.Span));
                Assert.Equal(lines.Count, reader.Number);
            }
        }
        while (await reader.FillAsync(CancellationToken.None));
        return lines;
    }

    private sealed class Pieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
