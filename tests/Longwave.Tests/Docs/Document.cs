using System.Text.RegularExpressions;

namespace Longwave.Tests.Docs;

/// <summary>A tested Markdown file: its snippets in order, with the test directions from the comments above them.</summary>
public sealed partial record Document(string Path, IReadOnlyList<DocStep> Steps)
{
    public IEnumerable<DocStep> InLanguage(string language) => Steps.Where(step => step.Language == language);

    public static Document Parse(string path, string text)
    {
        var steps = new List<DocStep>();
        var direction = (Line: 0, Verb: "", Name: "");
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (Direction().Match(lines[i]) is { Success: true } match)
            {
                direction = (i + 1, match.Groups["verb"].Value, match.Groups["name"].Value);
                if (direction.Verb == "interrupt")
                {
                    steps.Add(new DocStep(i + 1, "", "", direction.Verb, direction.Name));
                    direction = default;
                }
            }
            else if (Fence().Match(lines[i]) is { Success: true } fence)
            {
                var indent = fence.Groups["indent"].Value;
                var end = Array.FindIndex(lines, i + 1, line => line.TrimEnd() == indent + "```");
                Assert.True(end > 0, $"{path}:{i + 1}: the fence is not closed");
                var body = lines[(i + 1)..end].Select(line => line.StartsWith(indent, StringComparison.Ordinal) ? line[indent.Length..] : line);
                steps.Add(new DocStep(i + 1, fence.Groups["language"].Value, string.Join('\n', body) + "\n", direction.Verb ?? "", direction.Name ?? ""));
                direction = default;
                i = end;
            }
            else if (direction.Line > 0 && lines[i].Trim().Length > 0)
            {
                Assert.Fail($"{path}:{direction.Line}: the direction stands right above its snippet");
            }
        }

        return new Document(path, steps);
    }

    [GeneratedRegex(@"^\s*<!-- run: (?<verb>start|prints|interrupt)( (?<name>[a-z]+))? -->\s*$")]
    private static partial Regex Direction();

    [GeneratedRegex("^(?<indent>\\s*)```(?<language>[a-z]*)\\s*$")]
    private static partial Regex Fence();
}
