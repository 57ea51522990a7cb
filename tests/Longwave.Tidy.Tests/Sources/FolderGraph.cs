using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Longwave.Tidy.Tests.Sources;

/// <summary>Which folder of a project uses types of which other folder, read from the syntax of its files. The project's own folder is <c>.</c>.</summary>
public sealed class FolderGraph
{
    private readonly SortedDictionary<string, SortedDictionary<string, string>> _uses = new(StringComparer.Ordinal);

    private FolderGraph()
    {
    }

    /// <summary>Every folder with C# files, and for each folder that it uses one example: <c>File.cs: Type</c>.</summary>
    public IReadOnlyDictionary<string, SortedDictionary<string, string>> Uses => _uses;

    public static FolderGraph Of(SourceTree tree, SourceFile project)
    {
        var files = tree.CSharp.Where(file => tree.ProjectOf(file) == project).ToList();
        var declared = files
            .SelectMany(file => Declarations(tree.Syntax(file)).Select(name => (Name: name, Folder: FolderOf(project, file))))
            .ToLookup(entry => entry.Name, entry => entry.Folder, StringComparer.Ordinal);
        var graph = new FolderGraph();
        foreach (var file in files)
        {
            var folder = FolderOf(project, file);
            var uses = graph._uses.TryGetValue(folder, out var known) ? known : graph._uses[folder] = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in References(tree.Syntax(file)))
            {
                // A name that two folders declare is resolved by the namespaces that the file imports.
                foreach (var other in declared[name].Distinct().Where(other => other != folder && Imports(tree.Syntax(file), project, other)))
                {
                    uses.TryAdd(other, $"{file.Name}: {name}");
                }
            }
        }

        return graph;
    }

    /// <summary>A cycle as the folders on it, the first one again at the end; null when there is none.</summary>
    public IReadOnlyList<string>? FindCycle()
    {
        var done = new HashSet<string>();
        var path = new List<string>();
        return _uses.Keys.Select(Visit).FirstOrDefault(cycle => cycle is not null);

        IReadOnlyList<string>? Visit(string folder)
        {
            if (path.IndexOf(folder) is >= 0 and var start)
            {
                return [.. path[start..], folder];
            }

            if (!done.Add(folder) || !_uses.TryGetValue(folder, out var uses))
            {
                return null;
            }

            path.Add(folder);
            var found = uses.Keys.Select(Visit).FirstOrDefault(cycle => cycle is not null);
            path.RemoveAt(path.Count - 1);
            return found;
        }
    }

    private static string FolderOf(SourceFile project, SourceFile file) =>
        file.Folder.Length == project.Folder.Length ? "." : file.Folder[(project.Folder.Length + 1)..].Split('/')[0];

    private static IEnumerable<string> Declarations(CompilationUnitSyntax root) => root.DescendantNodes(static node => node is not BlockSyntax).Select(static node => node switch
    {
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        _ => null,
    }).OfType<string>();

    /// <summary>Names that can be types: the right side of a dot counts only behind a namespace.</summary>
    private static IEnumerable<string> References(CompilationUnitSyntax root) => root.DescendantNodes()
        .OfType<SimpleNameSyntax>()
        .Where(static name => name.Parent switch
        {
            MemberAccessExpressionSyntax access => access.Expression == name || access.Expression.ToString().StartsWith("Longwave.", StringComparison.Ordinal),
            NameColonSyntax or NameEqualsSyntax or MemberBindingExpressionSyntax or UsingDirectiveSyntax or BaseNamespaceDeclarationSyntax => false,
            AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax } assignment => assignment.Left != name,
            _ => true,
        })
        .Select(static name => name.Identifier.Text)
        .Distinct();

    private static bool Imports(CompilationUnitSyntax root, SourceFile project, string folder)
    {
        var wanted = Path.GetFileNameWithoutExtension(project.Name) + (folder == "." ? "" : "." + folder);
        return folder == "."
            || root.DescendantNodes().OfType<UsingDirectiveSyntax>().Any(directive => IsOrIsBelow(directive.NamespaceOrType.ToString(), wanted))
            || root.DescendantNodes().OfType<QualifiedNameSyntax>().Any(name => IsOrIsBelow(name.ToString(), wanted) || IsOrIsBelow(name.ToString(), folder))
            || root.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Any(name => IsOrIsBelow(name.ToString(), wanted) || IsOrIsBelow(name.ToString(), folder));
    }

    private static bool IsOrIsBelow(string name, string wanted) => name == wanted || name.StartsWith(wanted + ".", StringComparison.Ordinal);
}
