using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class DeadDeclarationsRuleTests
{
    private readonly DeadDeclarationsRule _rule = new();

    [Theory]
    [InlineData("public class A { private int _unused; }", "_unused")]
    [InlineData("internal class Unused { }", "Unused")]
    [InlineData("internal class A { public void Unused() => new A(); }", "Unused")]
    [InlineData("internal enum A { One } class B { A a = A.One; } enum C { Lonely, Two } class D { B b; C c = C.Two; D d; }", "Lonely")]
    public void Check_NameThatOccursOnce_IsViolation(string text, string name) =>
        Assert.Contains(name, Assert.Single(_rule.Check(SourceTree.Sample("src/A.cs", text)), violation => violation.Message.Contains(name, StringComparison.Ordinal)).Message);

    [Theory]
    [InlineData("public class Api { public void Open() { } }")]
    [InlineData("public class Api { public override string ToString() => \"\"; }")]
    [InlineData("public interface IApi { } public class Api { void IApi.Run() { } }")]
    [InlineData("[Fact] internal class A { public int Length; }")]
    public void Check_PublicOrCalledFromOutside_IsFine(string text) => Assert.Empty(_rule.Check(SourceTree.Sample("src/A.cs", text)));

    [Fact]
    public void Check_NameThatATestUses_IsFine() => Assert.Empty(_rule.Check(new SourceTree(
        new SourceFile("src/A.cs", "internal class Used;"), new SourceFile("tests/ATests.cs", "public class ATests { Used? _used; }"))));

    [Fact]
    public void Check_CodeOutsideTheSources_IsIgnored() => Assert.Empty(_rule.Check(SourceTree.Sample("tests/A.cs", "internal class Unused;")));
}
