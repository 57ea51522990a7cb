using System.Text.RegularExpressions;
using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>
/// References between the folders of a project run one way. Each folder has a README.md with a line <c>May use: A, B.</c>; the folder uses
/// these folders and no others. Files beside the project file are the top: they may use every folder, and no folder uses them.
/// </summary>
public sealed partial class FolderReferencesRule : IRule
{
    private const string Nothing = "nothing";

    public string Name => "folder-references";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        foreach (var project in tree.Projects.Where(project => project.Path.StartsWith("src/", StringComparison.Ordinal)))
        {
            var graph = FolderGraph.Of(tree, project);
            if (graph.FindCycle() is { } cycle)
            {
                yield return new Violation(Name, project.Path, 0, $"folders use each other in a circle: {string.Join(" → ", cycle)}");
            }

            foreach (var (folder, uses) in graph.Uses.Where(entry => entry.Key != "."))
            {
                foreach (var violation in CheckFolder(tree, $"{project.Folder}/{folder}/README.md", folder, uses))
                {
                    yield return violation;
                }
            }
        }
    }

    private IEnumerable<Violation> CheckFolder(SourceTree tree, string path, string folder, SortedDictionary<string, string> uses)
    {
        if (tree.Find(path) is not { } page || !page.Text.StartsWith($"# {folder}\n", StringComparison.Ordinal) || MayUse().Match(page.Text) is not { Success: true } line)
        {
            yield return new Violation(
                Name, path, 0, $"must begin with '# {folder}', say what the folder knows, and have a line 'May use: {(uses.Count == 0 ? Nothing : string.Join(", ", uses.Keys))}.'");
            yield break;
        }

        var allowed = line.Groups[1].Value.Split(", ").Where(name => name != Nothing).ToHashSet();
        foreach (var (other, example) in uses.Where(entry => !allowed.Contains(entry.Key)))
        {
            yield return new Violation(Name, path, 0, $"{folder} may not use {(other == "." ? "the project's top files" : other)}, but does ({example})");
        }

        foreach (var other in allowed.Where(other => !uses.ContainsKey(other)))
        {
            yield return new Violation(Name, path, 0, $"{folder} does not use {other}: remove it from the line 'May use'");
        }
    }

    [GeneratedRegex(@"^May use: (.+)\.$", RegexOptions.Multiline)]
    private static partial Regex MayUse();
}
