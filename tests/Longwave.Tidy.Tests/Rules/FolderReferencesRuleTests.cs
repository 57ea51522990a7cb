using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class FolderReferencesRuleTests
{
    private const string Log = "using Longwave.Engine.Topics;\nnamespace Longwave.Engine.Log;\nclass Writer { Topic? _topic; }";
    private const string Topics = "namespace Longwave.Engine.Topics;\nclass Topic;";

    private readonly FolderReferencesRule _rule = new();

    [Fact]
    public void Check_UseThatTheReadmeAllows_IsFine() => Assert.Empty(_rule.Check(Sample(Log, Topics, "Topics", "nothing")));

    [Fact]
    public void Check_UseThatTheReadmeDoesNotAllow_IsViolation() =>
        Assert.Contains("Writer.cs: Topic", Assert.Single(_rule.Check(Sample(Log, Topics, "nothing", "nothing"))).Message);

    [Fact]
    public void Check_AllowedFolderThatIsNotUsed_IsViolation() =>
        Assert.Contains("remove it", Assert.Single(_rule.Check(Sample(Log, Topics, "Topics", "Log"))).Message);

    [Fact]
    public void Check_FoldersThatUseEachOther_IsViolation() => Assert.Contains(
        "circle", Assert.Single(_rule.Check(Sample(Log, "using Longwave.Engine.Log;\nnamespace Longwave.Engine.Topics;\nclass Topic { Writer? _writer; }", "Topics", "Log"))).Message);

    [Fact]
    public void Check_FolderWithoutReadme_IsViolation() => Assert.Contains(
        "May use: nothing.", Assert.Single(_rule.Check(new SourceTree(Project(), new SourceFile("src/Longwave.Engine/Topics/Topic.cs", Topics)))).Message);

    [Fact]
    public void Check_FolderThatUsesTheTop_IsViolation() => Assert.Contains("top files", Assert.Single(_rule.Check(new SourceTree(
        Project(),
        new SourceFile("src/Longwave.Engine/HubEngine.cs", "namespace Longwave.Engine;\nclass HubEngine;"),
        new SourceFile("src/Longwave.Engine/Log/Writer.cs", "namespace Longwave.Engine.Log;\nclass Writer { HubEngine? _hub; }"),
        Readme("Log", "nothing")))).Message);

    [Theory]
    [InlineData("class Writer { int Topic { get; set; } }")]
    [InlineData("class Writer { int Of(Record record) => record.Topic; }")]
    [InlineData("class Writer { object Make() => new Record { Topic = 1 }; }")]
    [InlineData("/// <summary>See <see cref=\"Topic\"/>.</summary>\nclass Writer;")]
    public void Check_MemberOrCommentWithTheNameOfAType_IsFine(string text) =>
        Assert.Empty(_rule.Check(Sample("using Longwave.Engine.Topics;\nnamespace Longwave.Engine.Log;\n" + text, Topics, "nothing", "nothing")));

    private static SourceTree Sample(string log, string topics, string logUses, string topicsUses) => new(
        Project(),
        new SourceFile("src/Longwave.Engine/Log/Writer.cs", log),
        new SourceFile("src/Longwave.Engine/Topics/Topic.cs", topics),
        Readme("Log", logUses),
        Readme("Topics", topicsUses));

    private static SourceFile Project() => new("src/Longwave.Engine/Longwave.Engine.csproj", "<Project/>");

    private static SourceFile Readme(string folder, string uses) => new($"src/Longwave.Engine/{folder}/README.md", $"# {folder}\nKnows.\n\nMay use: {uses}.\n");
}
