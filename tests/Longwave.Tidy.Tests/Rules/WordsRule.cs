using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>No text of the repository uses a word that the glossary lists as one to avoid.</summary>
public sealed class WordsRule(IReadOnlyList<string> notYetClean) : IRule
{
    // Files, and folders (of which Markdown is checked even so), that still contain such words. An entry that contains none fails: remove it.
    private static readonly string[] NotYetClean =
    [
        "docs/reference/mercure.md",
        "sdk/typescript/test",
        // In these five and in IdentityTests.cs only names contain such words.
        "src/Longwave.Server/Identity/ApiKeyRing.cs",
        "src/Longwave.Server/Identity/Authenticator.cs",
        "src/Longwave.Server/Identity/Caller.cs",
        "src/Longwave.Server/Identity/TokenValidator.cs",
        "src/Longwave.Server/Mercure/MercureAuthenticator.cs",
        "tests/Longwave.BadDays.Tests",
        "tests/Longwave.Client.Tests/Subscriptions/IdentityTests.cs",
        "tests/Longwave.Engine.Tests",
        "tests/Longwave.Server.Tests",
        "tests/Longwave.Tests",
        "tests/e2e",
    ];

    private static readonly HashSet<string> Extensions =
        [".cpp", ".cs", ".csproj", ".css", ".html", ".js", ".json", ".md", ".mjs", ".props", ".sh", ".targets", ".ts"];

    public WordsRule()
        : this(NotYetClean)
    {
    }

    public string Name => "words";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        var glossary = tree.Find(AvoidedWords.Glossary)?.Text ?? "";
        var words = new AvoidedWords(glossary);
        if (words.IsEmpty)
        {
            yield return new Violation(Name, AvoidedWords.Glossary, 0, "its table \"Words to avoid\" is missing or empty");
        }

        var unused = notYetClean.ToHashSet();
        foreach (var file in tree.Files.Where(file => Extensions.Contains(file.Extension)))
        {
            var text = file.Path == AvoidedWords.Glossary ? AvoidedWords.WithoutTable(file.Text) : file.Text;
            foreach (var (phrase, advice, line) in words.FindIn(text))
            {
                if (notYetClean.FirstOrDefault(entry => Covers(entry, file)) is { } entry)
                {
                    unused.Remove(entry);
                }
                else
                {
                    yield return new Violation(Name, file.Path, line, $"avoid '{phrase}', write: {advice} ({AvoidedWords.Glossary})");
                }
            }
        }

        foreach (var entry in unused)
        {
            yield return new Violation(Name, entry, 0, $"contains no word to avoid: remove it from {nameof(WordsRule)}.{nameof(NotYetClean)}");
        }
    }

    private static bool Covers(string entry, SourceFile file) =>
        file.Path == entry || (file.Extension != ".md" && file.Path.StartsWith(entry + "/", StringComparison.Ordinal));
}
