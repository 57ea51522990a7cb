using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class LogEventIdsRuleTests
{
    private readonly LogEventIdsRule _rule = new();

    [Theory]
    [InlineData("[LoggerMessage(Level = LogLevel.Warning)] void B();")]
    [InlineData("[LoggerMessage(EventId = 2000)] void B();")]
    [InlineData("[LoggerMessage(999, LogLevel.Warning, \"x\")] void B();")]
    [InlineData("[LoggerMessage(EventId = 1001)] void B(); [LoggerMessage(EventId = 1001)] void C();")]
    public void Check_MissingForeignOrDoubleId_IsViolation(string members) => Assert.Single(_rule.Check(Engine(members)));

    [Theory]
    [InlineData("[LoggerMessage(EventId = 1000, Level = LogLevel.Warning)] void B(); [LoggerMessage(1999, LogLevel.Warning, \"x\")] void C();")]
    [InlineData("[LoggerMessage(Level = LogLevel.Warning, EventId = 1_000)] void B();")]
    public void Check_IdsOfTheRange_AreFine(string members) => Assert.Empty(_rule.Check(Engine(members)));

    [Fact]
    public void Check_SameIdInTwoFiles_IsViolation() => Assert.Single(_rule.Check(new SourceTree(
        new SourceFile("src/Longwave.Engine/A.cs", "class A { [LoggerMessage(EventId = 1001)] void B(); }"),
        new SourceFile("src/Longwave.Engine/C.cs", "class C { [LoggerMessage(EventId = 1001)] void D(); }"))));

    private static SourceTree Engine(string members) => SourceTree.Sample("src/Longwave.Engine/A.cs", $"class A {{ {members} }}");
}
