namespace Longwave.Tests.Docs;

/// <summary>A page of docs/reference that is generated from the code. Run the tests with LONGWAVE_UPDATE_DOCS=1 to regenerate it.</summary>
public static class GeneratedPage
{
    private const string Switch = "LONGWAVE_UPDATE_DOCS";

    /// <summary>Fails if the page in the repository differs from the generated one.</summary>
    public static void Verify(string path, string expected)
    {
        var file = Path.Combine(Documentation.RepositoryRoot, path);
        if (Environment.GetEnvironmentVariable(Switch) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, expected);
        }

        var actual = File.Exists(file) ? File.ReadAllText(file) : "";
        Assert.True(actual == expected, $"{path} is not current{FirstDifference(actual, expected)}. Run this test with {Switch}=1 and commit the page.");
    }

    /// <summary>Escapes text for a cell of a Markdown table.</summary>
    public static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");

    private static string FirstDifference(string actual, string expected)
    {
        var difference = expected.Split('\n').Zip(actual.Split('\n')).FirstOrDefault(pair => pair.First != pair.Second);
        return difference.First is null ? "" : $": '{difference.First}' is missing";
    }
}
