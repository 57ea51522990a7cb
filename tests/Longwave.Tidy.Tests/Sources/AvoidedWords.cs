using System.Text.RegularExpressions;

namespace Longwave.Tidy.Tests.Sources;

/// <summary>The table "Words to avoid" of the glossary: phrases, and what to write instead.</summary>
public sealed partial class AvoidedWords
{
    public const string Glossary = "docs/reference/glossary.md";

    private const string Heading = "## Words to avoid";

    // A phrase can continue on the next line of a comment.
    private const string Gap = "[\\s/*#]+";

    private readonly Dictionary<string, string> _advice = [];
    private readonly Regex? _pattern;

    public AvoidedWords(string glossary)
    {
        foreach (var row in Table(glossary).Split('\n').Select(line => Row().Match(line)).Where(row => row.Success))
        {
            foreach (Match phrase in CodeSpan().Matches(row.Groups["avoid"].Value))
            {
                _advice.Add(phrase.Groups["phrase"].Value, row.Groups["write"].Value);
            }
        }

        if (_advice.Count > 0)
        {
            // The longest phrase first: it is the more specific one.
            var any = string.Join('|', _advice.Keys.OrderByDescending(phrase => phrase.Length).Select(PatternOf));
            // "(?!)" matches nothing.
            var parts = string.Join('|', _advice.Keys.Where(IsPartOfNames).Select(word => $"{char.ToUpperInvariant(word[0])}{word[1..]}").DefaultIfEmpty("(?!)"));
            _pattern = new Regex($"(?<![\\w'-])({any})(?![\\w-])|(?<![A-Z])({parts})(?![a-z])", RegexOptions.Compiled | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
        }
    }

    public bool IsEmpty => _pattern is null;

    /// <summary>The glossary without the table, so that its own text can be checked.</summary>
    public static string WithoutTable(string glossary) => glossary[..^Table(glossary).Length];

    /// <summary>Each phrase that <paramref name="text"/> contains, with the advice and the line, from 1.</summary>
    public IEnumerable<(string Phrase, string Advice, int Line)> FindIn(string text)
    {
        var (line, counted) = (1, 0);
        for (var match = _pattern?.Match(text); match is { Success: true }; match = match.NextMatch())
        {
            line += text.AsSpan(counted, match.Index - counted).Count('\n');
            counted = match.Index;
            var found = string.Join(' ', Regex.Split(match.Value, Gap, RegexOptions.None, TimeSpan.FromSeconds(1)));
            var phrase = _advice.ContainsKey(found) ? found : found.ToLowerInvariant();
            yield return (phrase, _advice[phrase], line);
        }
    }

    private static string PatternOf(string phrase)
    {
        var words = string.Join(Gap, phrase.Split(' ').Select(Regex.Escape));
        return phrase.Any(char.IsUpper) ? words : $"(?i:{words})";
    }

    /// <summary>Words that are also searched as parts of names in Pascal case. Shorter ones occur by chance, for example in Base64 text.</summary>
    private static bool IsPartOfNames(string phrase) => phrase.Length >= 4 && phrase.All(char.IsAsciiLetterLower);

    private static string Table(string glossary) => glossary.IndexOf(Heading, StringComparison.Ordinal) is >= 0 and var at ? glossary[at..] : "";

    [GeneratedRegex(@"^\| (?<avoid>`[^|]+`) \| (?<write>[^|]+) \|$")]
    private static partial Regex Row();

    [GeneratedRegex("`(?<phrase>[^`]+)`")]
    private static partial Regex CodeSpan();
}
