namespace Longwave.Tests.Docs;

/// <summary>An incorrect document must fail: all documents here except the first are incorrect.</summary>
public sealed class ShellWalkTests
{
    private const string Server = "<!-- run: start server -->\n```sh\necho ready; trap 'echo bye; exit 0' INT; while :; do sleep 0.1; done\n```\n";

    [Fact]
    public async Task RunAsync_DocumentThatIsRight_Passes() => await Walk(
        Server
        + "```sh\ntest ! -e left-over\ntouch left-over\necho one\necho two\n```\n<!-- run: prints -->\n```text\none\n…\n```\n"
        + "<!-- run: prints server -->\n```text\nready\n```\n<!-- run: interrupt server -->\n```sh\ntest -e left-over\n```\n");

    [Theory]
    [InlineData("```sh\nfalse\necho after\n```\n")]
    [InlineData("```sh\necho one\n```\n<!-- run: prints -->\n```text\ntwo\n```\n")]
    [InlineData("```sh\ncurl --fail --silent localhost:8080\n```\n")]
    [InlineData("<!-- run: start server -->\n```sh\nexit 0\n```\n")]
    [InlineData("<!-- run: interrupt server -->\n")]
    public async Task RunAsync_DocumentThatIsWrong_Fails(string text) =>
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => Walk(text));

    private static Task Walk(string text) => new ShellWalk(Document.Parse("a.md", text)).RunAsync();
}
