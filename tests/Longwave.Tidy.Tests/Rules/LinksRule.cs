using System.Text.RegularExpressions;
using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>Every relative link of a Markdown file leads to a file, a folder or a heading that is there.</summary>
public sealed partial class LinksRule : IRule
{
    public string Name => "links";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        foreach (var file in tree.Files.Where(file => file.Extension == ".md"))
        {
            var fenced = false;
            foreach (var (index, line) in file.Lines.Index())
            {
                fenced ^= line.TrimStart().StartsWith("```", StringComparison.Ordinal);
                foreach (Match link in fenced ? [] : Link().Matches(CodeSpan().Replace(line, "")).AsEnumerable())
                {
                    var target = link.Groups["target"].Value;
                    if (!IsElsewhere(target) && Problem(tree, file, target) is { } problem)
                    {
                        yield return new Violation(Name, file.Path, index + 1, $"'{target}': {problem}");
                    }
                }
            }
        }
    }

    private static bool IsElsewhere(string target) => Scheme().IsMatch(target);

    private static string? Problem(SourceTree tree, SourceFile from, string target)
    {
        var (path, heading) = target.Split('#', 2) is [var before, var after] ? (before, after) : (target, null);
        var full = path.Length == 0 ? from.Path : Resolve(from.Folder, path);
        if (full is null)
        {
            return "leads out of the repository";
        }

        if (tree.Find(full) is not { } file)
        {
            return tree.HasFolder(full) ? null : "no such file";
        }

        return heading is null || file.Extension != ".md" || Headings(file).Contains(heading) ? null : "no such heading";
    }

    private static string? Resolve(string folder, string path)
    {
        var parts = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count == 0)
            {
                return null;
            }

            if (part == "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(Uri.UnescapeDataString(part));
            }
        }

        return string.Join('/', parts);
    }

    // As code hosts make them: lower case, punctuation dropped, spaces to dashes.
    private static HashSet<string> Headings(SourceFile file) => file.Lines
        .Where(line => line.StartsWith('#'))
        .Select(line => Punctuation().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'))
        .ToHashSet();

    [GeneratedRegex("""\[[^\]]*\]\(<?(?<target>[^)\s>]+)>?(\s+"[^"]*")?\)|(src|href|srcset)="(?<target>[^"]+)"|^\[[^\]]+\]:\s*(?<target>\S+)""")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex("^([a-z][a-z0-9+.-]*:|//)", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"[^\p{L}\p{N}\s_-]")]
    private static partial Regex Punctuation();
}
