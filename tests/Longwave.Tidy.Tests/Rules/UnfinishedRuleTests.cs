using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class UnfinishedRuleTests
{
    private readonly UnfinishedRule _rule = new();

    [Theory]
    [InlineData("a.cs", "// TODO: later")]
    [InlineData("a.cs", "/* FIXME */ class A;")]
    [InlineData("a.cs", "class A { void B() => throw new NotImplementedException(); }")]
    [InlineData("a.cs", "class A { [Fact(Skip = \"x\")] void B() { } }")]
    [InlineData("a.cs", "class A { [Fact(SkipUnless = \"x\")] void B() { } }")]
    [InlineData("a.cs", "class A { void B() => Assert.Skip(\"x\"); }")]
    [InlineData("a.js", "// HACK around it")]
    [InlineData("a.test.js", "test.skip(() => {});")]
    [InlineData("a.test.js", "test(1, { only: true }, () => {});")]
    [InlineData("a.sh", "# TODO")]
    public void Check_PostponedOrSkipped_IsViolation(string path, string text) => Assert.Single(_rule.Check(SourceTree.Sample(path, text)));

    [Theory]
    [InlineData("a.cs", "// TODO(#12): when the broker restores")]
    [InlineData("a.cs", "class A { void B() => list.Skip(1); string C = \"TODO\"; }")]
    [InlineData("a.js", "list.only = 1;")]
    public void Check_OrdinaryCode_IsFine(string path, string text) => Assert.Empty(_rule.Check(SourceTree.Sample(path, text)));
}
