namespace Longwave.Tests.Docs;

/// <summary>Documents whose snippets are tested: README.md, CONTRIBUTING.md and all of docs/.</summary>
public static class Documentation
{
    public static string RepositoryRoot { get; } = FindRoot();

    public static TheoryData<string> Paths => new(All().Select(document => document.Path));

    public static IEnumerable<Document> All() =>
        new[] { "README.md", "CONTRIBUTING.md" }
            .Concat(Directory.EnumerateFiles(Path.Combine(RepositoryRoot, "docs"), "*.md", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(RepositoryRoot, path))
                .Order(StringComparer.Ordinal))
            .Select(Open);

    public static Document Open(string path) => Document.Parse(path, File.ReadAllText(Path.Combine(RepositoryRoot, path)));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Longwave.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Longwave.slnx is in no folder above the tests: run them from a build inside the repository.");
    }
}
