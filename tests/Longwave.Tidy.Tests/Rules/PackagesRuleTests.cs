using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class PackagesRuleTests
{
    private const string Plain = "<Project><ItemGroup><PackageReference Include=\"P\" /></ItemGroup></Project>";
    private const string Solution = "<Project Path=\"src/A/A.csproj\" />";

    private readonly PackagesRule _rule = new();

    [Theory]
    [InlineData("<Project><ItemGroup><PackageReference Include=\"P\" Version=\"1.0\" /></ItemGroup></Project>", true, Solution)]
    [InlineData("<Project><ItemGroup><PackageReference Include=\"P\"><Version>1.0</Version></PackageReference></ItemGroup></Project>", true, Solution)]
    [InlineData("<Project><ItemGroup><PackageReference Include=\"P\" VersionOverride=\"1.0\" /></ItemGroup></Project>", true, Solution)]
    [InlineData(Plain, false, Solution)]
    [InlineData(Plain, true, "")]
    public void Check_VersionInProjectOrNoLockFileOrNotInSolution_IsViolation(string project, bool locked, string solution) =>
        Assert.Single(_rule.Check(Sample(project, locked, solution)));

    [Fact]
    public void Check_CentralVersionWithLockFile_IsFine() => Assert.Empty(_rule.Check(Sample(Plain, true, Solution)));

    private static SourceTree Sample(string project, bool locked, string solution) => new(
        new SourceFile("src/A/A.csproj", project),
        new SourceFile(locked ? "src/A/packages.lock.json" : "src/A/other.json", "{}"),
        new SourceFile("Longwave.slnx", solution));
}
