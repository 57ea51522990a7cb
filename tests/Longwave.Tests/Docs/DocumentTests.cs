namespace Longwave.Tests.Docs;

public sealed class DocumentTests
{
    [Fact]
    public void Parse_SnippetsWithDirections_FindsThemInOrder()
    {
        var document = Document.Parse("a.md", """
            Text.
            <!-- run: start hub -->
            ```sh
            longwave
            ```

            - a list
              ```json
              {"a":1}
              ```
            <!-- run: interrupt hub -->
            """);
        Assert.Equal(
            [
                new DocStep(3, "sh", "longwave\n", "start", "hub"),
                new DocStep(8, "json", "{\"a\":1}\n", "", ""),
                new DocStep(11, "", "", "interrupt", "hub"),
            ],
            document.Steps);
    }

    [Theory]
    [InlineData("```sh\nnever closed")]
    [InlineData("<!-- run: prints -->\nsome text\n```text\n```")]
    public void Parse_OpenFenceOrLostDirection_Fails(string text) =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Document.Parse("a.md", text));
}
