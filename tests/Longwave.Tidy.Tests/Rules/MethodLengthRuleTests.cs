using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class MethodLengthRuleTests
{
    private readonly MethodLengthRule _rule = new();

    [Theory]
    [InlineData("class A { void B()\n{BODY}\n}")]
    [InlineData("class A { public A()\n{BODY}\n}")]
    [InlineData("class A { int B { get\n{BODY}\n} }")]
    [InlineData("class A { void B() => C(() =>\n{BODY}\n); }")]
    [InlineData("BODY")]
    public void Check_BodyOf71Lines_IsViolation(string sample) =>
        Assert.NotEmpty(_rule.Check(Sample(sample, 71)));

    [Theory]
    [InlineData("class A { void B() {BODY} }")]
    [InlineData("BODY")]
    public void Check_BodyOf70Lines_IsFine(string sample) =>
        Assert.Empty(_rule.Check(Sample(sample, 70)));

    [Fact]
    public void Check_LongDocumentationAndAttributes_DoNotCount() =>
        Assert.Empty(_rule.Check(SourceTree.Sample("a.cs", "class A {\n" + string.Concat(Enumerable.Repeat("/// x\n[B]\n", 80)) + "void C() { }\n}")));

    private static SourceTree Sample(string text, int lines) =>
        SourceTree.Sample("a.cs", text.Replace("BODY", string.Join((char)10, Enumerable.Repeat("x();", lines)), StringComparison.Ordinal));
}
