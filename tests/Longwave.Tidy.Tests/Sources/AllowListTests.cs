namespace Longwave.Tidy.Tests.Sources;

public sealed class AllowListTests
{
    private static readonly Violation Long = new("file-length", "src/A.cs", 0, "401 lines");

    [Fact]
    public void Apply_EntryForTheFile_ExcusesIt() =>
        Assert.Empty(AllowList.Parse("# comment\nfile-length | src/A.cs | a table\n").Apply("file-length", [Long]));

    [Theory]
    [InlineData("method-length | src/A.cs | a table")]
    [InlineData("file-length | src/B.cs | a table")]
    public void Apply_EntryForAnotherRuleOrFile_KeepsTheViolation(string text) =>
        Assert.Contains(Long, AllowList.Parse(text).Apply("file-length", [Long]));

    [Fact]
    public void Apply_EntryThatExcusesNothing_IsViolation() =>
        Assert.Equal("allow-list", Assert.Single(AllowList.Parse("file-length | src/A.cs | a table").Apply("file-length", [])).Rule);

    [Theory]
    [InlineData("file-length | src/A.cs")]
    [InlineData("file-length | src/A.cs |")]
    public void Parse_EntryWithoutReason_IsMistake(string text) => Assert.Single(AllowList.Parse(text).Mistakes);

    [Fact]
    public void UnknownRules_EntryOfNoRule_IsViolation() =>
        Assert.Single(AllowList.Parse("file-lenght | src/A.cs | a table").UnknownRules(new HashSet<string> { "file-length" }));
}
