using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class OnePublicTypeRuleTests
{
    private readonly OnePublicTypeRule _rule = new();

    [Fact]
    public void Check_TwoPublicClasses_IsViolation() =>
        Assert.Contains("A, B", Assert.Single(_rule.Check(SourceTree.Sample("a.cs", "namespace N;\npublic class A;\npublic class B;"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("public class A;\ninternal class B;")]
    [InlineData("public class A;\npublic enum B { C }")]
    [InlineData("public class A;\npublic sealed record B(int C);")]
    [InlineData("public partial class A;\npublic partial class A;")]
    [InlineData("public class A { public class B; }")]
    public void Check_OwnerWithSmallCompany_IsFine(string text) => Assert.Empty(_rule.Check(SourceTree.Sample("a.cs", text)));
}
