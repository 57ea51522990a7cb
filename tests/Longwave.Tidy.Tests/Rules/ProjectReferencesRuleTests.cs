using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class ProjectReferencesRuleTests
{
    private readonly ProjectReferencesRule _rule = new();

    [Theory]
    [InlineData("Longwave.Protocol", "<ProjectReference Include=\"../Longwave.Engine/Longwave.Engine.csproj\" />")]
    [InlineData("Longwave.Protocol", "<PackageReference Include=\"Some.Package\" />")]
    [InlineData("Longwave.Engine", "<ProjectReference Include=\"..\\Longwave.Server\\Longwave.Server.csproj\" />")]
    [InlineData("Longwave.Engine", "<FrameworkReference Include=\"Microsoft.AspNetCore.App\" />")]
    [InlineData("Longwave.Server", "<ProjectReference Include=\"../Longwave/Longwave.csproj\" />")]
    [InlineData("Longwave.Unheard", "")]
    public void Check_ReferenceUpwards_IsViolation(string name, string item) => Assert.Single(_rule.Check(Project(name, item)));

    [Theory]
    [InlineData("Longwave.Engine", "<ProjectReference Include=\"../Longwave.Protocol/Longwave.Protocol.csproj\" />")]
    [InlineData("Longwave.Engine", "<PackageReference Include=\"Some.Package\" />")]
    [InlineData("Longwave.Server", "<FrameworkReference Include=\"Microsoft.AspNetCore.App\" />")]
    public void Check_ReferenceDownwards_IsFine(string name, string item) => Assert.Empty(_rule.Check(Project(name, item)));

    [Fact]
    public void Check_AspNetNamespaceInEngine_IsViolation()
    {
        var project = Project("Longwave.Engine", "").Files.Single();
        var source = new SourceFile("src/Longwave.Engine/A.cs", "using Microsoft.AspNetCore.Http;");
        Assert.Equal(source.Path, Assert.Single(_rule.Check(new SourceTree(project, source))).Path);
    }

    private static SourceTree Project(string name, string item) =>
        SourceTree.Sample($"src/{name}/{name}.csproj", $"<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup>{item}</ItemGroup></Project>");
}
