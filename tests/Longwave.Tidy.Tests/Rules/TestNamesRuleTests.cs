using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class TestNamesRuleTests
{
    private readonly TestNamesRule _rule = new();

    [Theory]
    [InlineData("[Fact] public void ItWorks() { }")]
    [InlineData("[Theory] [InlineData(1)] public void Parse_Works(int a) { }")]
    [InlineData("[Fact] public void parse_a_b() { }")]
    public void Check_OtherName_IsViolation(string member) => Assert.Single(_rule.Check(SourceTree.Sample("a.cs", $"class A {{ {member} }}")));

    [Theory]
    [InlineData("[Fact] public void Parse_Empty_Fails() { }")]
    [InlineData("public void AnyMethod() { }")]
    public void Check_ThreeParts_AreFine(string member) => Assert.Empty(_rule.Check(SourceTree.Sample("a.cs", $"class A {{ {member} }}")));
}
