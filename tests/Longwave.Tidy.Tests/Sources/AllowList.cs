namespace Longwave.Tidy.Tests.Sources;

/// <summary>The allowed exceptions, one per line: <c>rule | path | reason</c>. An entry that excuses nothing is a violation itself.</summary>
public sealed class AllowList
{
    public const string Path = "tests/Longwave.Tidy.Tests/allow-list.txt";

    private readonly List<(string Rule, string Path, int Line)> _entries = [];

    private AllowList()
    {
    }

    public List<Violation> Mistakes { get; } = [];

    public static AllowList Parse(string text)
    {
        var list = new AllowList();
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() is not { Length: > 0 } line || line.StartsWith('#'))
            {
                continue;
            }

            var parts = line.Split('|', 3, StringSplitOptions.TrimEntries);
            if (parts.Length == 3 && parts.All(part => part.Length > 0))
            {
                list._entries.Add((parts[0], parts[1], i + 1));
            }
            else
            {
                list.Mistakes.Add(new Violation("allow-list", Path, i + 1, "an entry is 'rule | path | reason', and none of the three is empty"));
            }
        }

        return list;
    }

    /// <summary>The violations of <paramref name="found"/> without an entry, plus a violation for each entry of this rule that excuses nothing.</summary>
    public IEnumerable<Violation> Apply(string rule, IReadOnlyCollection<Violation> found)
    {
        var entries = _entries.Where(entry => entry.Rule == rule).ToList();
        return found
            .Where(violation => !entries.Exists(entry => entry.Path == violation.Path))
            .Concat(entries
                .Where(entry => !found.Any(violation => violation.Path == entry.Path))
                .Select(entry => new Violation("allow-list", Path, entry.Line, $"'{rule}' has nothing to say about {entry.Path}: remove the entry")));
    }

    public IEnumerable<Violation> UnknownRules(IReadOnlySet<string> known) => _entries
        .Where(entry => !known.Contains(entry.Rule))
        .Select(entry => new Violation("allow-list", Path, entry.Line, $"there is no rule '{entry.Rule}'"));
}
