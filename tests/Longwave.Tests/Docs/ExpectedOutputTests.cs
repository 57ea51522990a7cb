namespace Longwave.Tests.Docs;

public sealed class ExpectedOutputTests
{
    [Theory]
    [InlineData("id: 5f3a9c1e-1\ndata: a", ": 00000000-0\nretry: 1\nid: 00c0ffee-1\ndata: a\n\n")]
    [InlineData("{\"time\":\"2026-11-23T06:57:00.123Z\"}", "{\"time\":\"2030-01-01T00:00:00.5Z\"}")]
    [InlineData("listening on …", "x\nlistening on port 1\n")]
    public void FirstMissingIn_AllLinesPresent_IsNull(string expected, string output) =>
        Assert.Null(new ExpectedOutput(expected).FirstMissingIn(output));

    [Theory]
    [InlineData("id: 5f3a9c1e-1", "id: 5f3a9c1e-2")]
    [InlineData("a\nb", "b\na")]
    [InlineData("a", "ab")]
    [InlineData("a.c", "abc")]
    public void FirstMissingIn_LineIsMissing_IsThatLine(string expected, string output) =>
        Assert.NotNull(new ExpectedOutput(expected).FirstMissingIn(output));
}
