using System.Xml.Linq;
using Longwave.Tidy.Tests.Sources;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>A file's namespace is its project's root namespace and its folders.</summary>
public sealed class NamespaceRule : IRule
{
    public string Name => "namespace";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        foreach (var file in tree.CSharp)
        {
            if (tree.ProjectOf(file) is not { } project)
            {
                continue;
            }

            var folders = file.Folder[project.Folder.Length..].Replace('/', '.');
            var expected = RootNamespace(project) + folders;
            var root = tree.Syntax(file);
            var declared = root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().Select(name => name.Name.ToString()).ToList();
            foreach (var name in declared.Where(name => name != expected))
            {
                yield return new Violation(Name, file.Path, 0, $"namespace {name}, but its folder says {expected}");
            }

            if (declared.Count == 0 && root.Members.Any(member => member is BaseTypeDeclarationSyntax) && root.Members.All(member => member is not GlobalStatementSyntax))
            {
                yield return new Violation(Name, file.Path, 0, $"no namespace, but its folder says {expected}");
            }
        }
    }

    private static string RootNamespace(SourceFile project) =>
        XDocument.Parse(project.Text).Descendants("RootNamespace").FirstOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(project.Name);
}
