using System.Text.RegularExpressions;
using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>Decision records are numbered without holes, have the four sections, and the index lists them.</summary>
public sealed partial class DecisionsRule : IRule
{
    private const string Folder = "docs/decisions";

    private static readonly string[] Sections = ["Context", "Decision", "Figures", "Consequences"];

    public string Name => "decisions";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        var index = tree.Find(Folder + "/README.md")?.Text ?? "";
        var number = 0;
        foreach (var file in tree.Files.Where(file => file.Folder == Folder && file.Name != "README.md").OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            number++;
            if (!FileName().IsMatch(file.Name))
            {
                yield return new Violation(Name, file.Path, 0, "a record is called NNNN-title-in-small-letters.md");
            }
            else if (int.Parse(file.Name.AsSpan(0, 4)) != number)
            {
                yield return new Violation(Name, file.Path, 0, $"its number is {number:D4}: numbers have no holes and no doubles");
            }

            var found = file.Lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..].Trim()).ToList();
            if (!found.SequenceEqual(Sections))
            {
                yield return new Violation(Name, file.Path, 0, $"its sections are {string.Join(", ", Sections)}, in this order");
            }

            if (!index.Contains($"({file.Name})", StringComparison.Ordinal))
            {
                yield return new Violation(Name, file.Path, 0, $"{Folder}/README.md does not list it");
            }
        }
    }

    [GeneratedRegex(@"^\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md$")]
    private static partial Regex FileName();
}
