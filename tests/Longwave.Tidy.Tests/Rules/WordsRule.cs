using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>No text of the repository uses a word that the glossary lists as one to avoid.</summary>
public sealed class WordsRule : IRule
{
    private static readonly HashSet<string> Extensions =
        [".cpp", ".cs", ".csproj", ".css", ".html", ".js", ".json", ".md", ".mjs", ".props", ".sh", ".targets", ".ts"];

    /// <summary>Minified from sdk/typescript, whose text the rule checks: its names are made by a tool, and some of them are words.</summary>
    private const string Minified = "src/Longwave.Server/Page/Files/longwave.js";

    public string Name => "words";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        var glossary = tree.Find(AvoidedWords.Glossary)?.Text ?? "";
        var words = new AvoidedWords(glossary);
        if (words.IsEmpty)
        {
            yield return new Violation(Name, AvoidedWords.Glossary, 0, "its table \"Words to avoid\" is missing or empty");
        }

        foreach (var file in tree.Files.Where(file => Extensions.Contains(file.Extension) && file.Path != Minified))
        {
            var text = file.Path == AvoidedWords.Glossary ? AvoidedWords.WithoutTable(file.Text) : file.Text;
            foreach (var (phrase, advice, line) in words.FindIn(text))
            {
                yield return new Violation(Name, file.Path, line, $"avoid '{phrase}', write: {advice} ({AvoidedWords.Glossary})");
            }
        }
    }
}
