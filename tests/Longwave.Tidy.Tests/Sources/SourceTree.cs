using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Longwave.Tidy.Tests.Sources;

/// <summary>The files that the rules look at: the repository, or a sample that a test makes up.</summary>
public sealed class SourceTree
{
    private readonly Dictionary<string, SourceFile> _byPath;
    private readonly Dictionary<string, CompilationUnitSyntax> _syntax = [];

    public SourceTree(params IEnumerable<SourceFile> files)
    {
        _byPath = files.ToDictionary(file => file.Path);
    }

    public IEnumerable<SourceFile> Files => _byPath.Values;

    public IEnumerable<SourceFile> CSharp => Files.Where(file => file.Extension == ".cs");

    public IEnumerable<SourceFile> Projects => Files.Where(file => file.Extension == ".csproj");

    public static SourceTree Sample(string path, string text) => new(new SourceFile(path, text));

    public SourceFile? Find(string path) => _byPath.GetValueOrDefault(path);

    public bool HasFolder(string path) => Files.Any(file => file.Path.StartsWith(path + "/", StringComparison.Ordinal));

    /// <summary>The project that a source file belongs to, by folder; null for loose files.</summary>
    public SourceFile? ProjectOf(SourceFile file) =>
        Projects.Where(project => file.Path.StartsWith(project.Folder + "/", StringComparison.Ordinal)).MaxBy(project => project.Folder.Length);

    public CompilationUnitSyntax Syntax(SourceFile file)
    {
        if (!_syntax.TryGetValue(file.Path, out var root))
        {
            var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview);
            root = CSharpSyntaxTree.ParseText(file.Text, options, file.Path).GetCompilationUnitRoot();
            _syntax[file.Path] = root;
        }

        return root;
    }
}
