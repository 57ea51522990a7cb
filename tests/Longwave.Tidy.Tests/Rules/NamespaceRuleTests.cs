using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class NamespaceRuleTests
{
    private readonly NamespaceRule _rule = new();

    [Theory]
    [InlineData("src/Longwave.Engine/Log/A.cs", "namespace Longwave.Engine;\nclass A;")]
    [InlineData("src/Longwave.Engine/A.cs", "namespace Longwave.Engine.Log;\nclass A;")]
    [InlineData("src/Longwave.Engine/A.cs", "class A;")]
    public void Check_NamespaceUnlikeFolder_IsViolation(string path, string text) => Assert.Single(_rule.Check(Sample(path, text, "")));

    [Theory]
    [InlineData("src/Longwave.Engine/Log/A.cs", "namespace Longwave.Engine.Log;\nclass A;")]
    [InlineData("src/Longwave.Engine/Program.cs", "return 0;")]
    public void Check_NamespaceLikeFolder_IsFine(string path, string text) => Assert.Empty(_rule.Check(Sample(path, text, "")));

    [Fact]
    public void Check_ProjectWithRootNamespace_FollowsIt() =>
        Assert.Empty(_rule.Check(Sample("src/Longwave.Engine/A.cs", "namespace Other;\nclass A;", "<RootNamespace>Other</RootNamespace>")));

    private static SourceTree Sample(string path, string text, string property) => new(
        new SourceFile("src/Longwave.Engine/Longwave.Engine.csproj", $"<Project><PropertyGroup>{property}</PropertyGroup></Project>"),
        new SourceFile(path, text));
}
