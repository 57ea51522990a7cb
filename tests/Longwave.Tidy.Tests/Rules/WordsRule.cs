using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>No text of the repository uses a word that the glossary lists as one to avoid.</summary>
public sealed class WordsRule : IRule
{
    private static readonly HashSet<string> Extensions =
        [".cpp", ".cs", ".csproj", ".css", ".html", ".js", ".json", ".md", ".mjs", ".props", ".sh", ".targets", ".ts"];

    public string Name => "words";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        var glossary = tree.Find(AvoidedWords.Glossary)?.Text ?? "";
        var words = new AvoidedWords(glossary);
        if (words.IsEmpty)
        {
            yield return new Violation(Name, AvoidedWords.Glossary, 0, "its table \"Words to avoid\" is missing or empty");
        }

        foreach (var file in tree.Files.Where(file => Extensions.Contains(file.Extension)))
        {
            var text = file.Path == AvoidedWords.Glossary ? AvoidedWords.WithoutTable(file.Text) : file.Text;
            foreach (var (phrase, advice, line) in words.FindIn(text))
            {
                yield return new Violation(Name, file.Path, line, $"avoid '{phrase}', write: {advice} ({AvoidedWords.Glossary})");
            }
        }
    }
}
