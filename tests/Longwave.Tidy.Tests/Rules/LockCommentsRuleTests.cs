using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class LockCommentsRuleTests
{
    private readonly LockCommentsRule _rule = new();

    [Theory]
    [InlineData("private readonly Lock _gate = new();")]
    [InlineData("// Taken briefly.\nprivate readonly Lock _gate = new();")]
    [InlineData("private readonly object _gate = new();\nvoid B() { lock (_gate) { } }")]
    public void Check_LockWithoutComment_IsViolation(string members) => Assert.Single(_rule.Check(Sample(members)));

    [Theory]
    [InlineData("// Guards _queue.\nprivate readonly Lock _gate = new();")]
    [InlineData("/// <summary>Guards the queue.</summary>\nprivate readonly Lock _gate = new();")]
    [InlineData("private readonly Lock _gate = new(); // guards _queue")]
    [InlineData("private readonly object _marker = new();")]
    public void Check_LockWithComment_IsFine(string members) => Assert.Empty(_rule.Check(Sample(members)));

    private static SourceTree Sample(string members) => SourceTree.Sample("src/Longwave.Engine/A.cs", $"class A\n{{\n{members}\n}}\n");
}
