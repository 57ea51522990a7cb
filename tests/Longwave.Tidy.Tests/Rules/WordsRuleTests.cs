using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class WordsRuleTests
{
    private const string Glossary = "# Glossary\n\n## Words to avoid\n\n| avoid | write |\n|---|---|\n| `blorp`, `very blorp` | plain |\n| `Of the blorp` | Blorp only |\n";

    [Theory]
    [InlineData("src/A.cs", "// A blorp.", 1, "blorp")]
    [InlineData("src/A.cs", "\nthrow new Exception(\"Blorp's end\");", 2, "blorp")]
    [InlineData("src/A.cs", "/// It is very\n    /// blorp.", 1, "very blorp")]
    [InlineData("a.md", "a\nb\n\nOf the\nblorp", 4, "Of the blorp")]
    [InlineData("page/a.html", "<b>blorp</b>", 1, "blorp")]
    [InlineData("spec/a.json", "{\"why\": \"blorp\"}", 1, "blorp")]
    [InlineData("sdk/a.ts", "/** blorp */", 1, "blorp")]
    [InlineData("src/A.cs", "void Hurts_OfBlorp() {}", 1, "blorp")]
    [InlineData("src/A.cs", "\nint BlorpCount;", 2, "blorp")]
    public void Check_WordToAvoid_IsViolation(string path, string text, int line, string phrase)
    {
        var violation = Assert.Single(new WordsRule().Check(Sample(path, text)));

        Assert.Equal((path, line), (violation.Path, violation.Line));
        Assert.StartsWith($"avoid '{phrase}', write: ", violation.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("src/A.cs", "void Blorps() => Un_blorp_ed(); // blorp-like, xblorp, XBlorp")]
    [InlineData("a.png", "blorp")]
    public void Check_OtherText_IsFine(string path, string text) => Assert.Empty(new WordsRule().Check(Sample(path, text)));

    [Fact]
    public void Check_CapitalPhraseInLowerCase_MatchesTheShorterWordOnly() =>
        Assert.Contains("'blorp'", Assert.Single(new WordsRule().Check(Sample("a.md", "of the blorp"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Check_GlossaryBeforeItsTable_IsChecked() =>
        Assert.Equal(1, Assert.Single(new WordsRule().Check(SourceTree.Sample(AvoidedWords.Glossary, "blorp " + Glossary))).Line);

    [Theory]
    [InlineData("# Glossary\n")]
    [InlineData("# Glossary\n\n## Words to avoid\n")]
    public void Check_GlossaryWithoutTable_IsViolation(string glossary) =>
        Assert.Equal(AvoidedWords.Glossary, Assert.Single(new WordsRule().Check(SourceTree.Sample(AvoidedWords.Glossary, glossary))).Path);

    private static SourceTree Sample(string path, string text) => new(new SourceFile(path, text), new SourceFile(AvoidedWords.Glossary, Glossary));
}
