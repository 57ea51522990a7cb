using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>A file that no build includes by its extension is named by another file: a page by a link, a script or data file by its name or folder.</summary>
public sealed class DeadFilesRule : IRule
{
    // Taken by their ending or their place: compiled, restored, or shown by the host of the repository.
    private static readonly HashSet<string> KnownExtensions =
        [".cs", ".csproj", ".slnx", ".props", ".targets", ".ts", ".cpp"];

    private static readonly HashSet<string> KnownNames =
    [
        ".editorconfig", ".gitattributes", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md",
        "global.json", "package-lock.json", "package.json", "packages.lock.json", "run",
    ];

    public string Name => "dead-files";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        var texts = tree.Files.Where(static file => file.Text.Length > 0).ToList();
        foreach (var file in tree.Files.Where(static file => !KnownExtensions.Contains(file.Extension) && !KnownNames.Contains(file.Name) && !IsTest(file)))
        {
            var folder = file.Folder[(file.Folder.LastIndexOf('/') + 1)..];
            if (!texts.Exists(other => other.Path != file.Path && (Mentions(other, file.Name) || (folder.Length > 0 && !IsPage(file) && Mentions(other, folder + "/")))))
            {
                yield return new Violation(Name, file.Path, 0, "no other file names it: link it, use it or remove it");
            }
        }
    }

    private static bool IsPage(SourceFile file) => file.Extension == ".md";

    private static bool IsTest(SourceFile file) => file.Name.EndsWith(".test.js", StringComparison.Ordinal) || file.Name.EndsWith(".test.mjs", StringComparison.Ordinal);

    private static bool Mentions(SourceFile other, string name) => other.Text.Contains(name, StringComparison.Ordinal);
}
