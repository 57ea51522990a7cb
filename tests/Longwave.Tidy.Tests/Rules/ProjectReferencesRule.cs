using System.Xml.Linq;
using Longwave.Tidy.Tests.Sources;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>References point one way: bytes, then order and storage, then HTTP, then the choice of what runs.</summary>
public sealed class ProjectReferencesRule : IRule
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Longwave.Protocol"] = [],
        ["Longwave.Engine"] = ["Longwave.Protocol"],
        ["Longwave.Server"] = ["Longwave.Protocol", "Longwave.Engine"],
        ["Longwave.Brokers"] = ["Longwave.Protocol", "Longwave.Engine"],
        ["Longwave.Client"] = ["Longwave.Protocol"],
        ["Longwave"] = ["Longwave.Protocol", "Longwave.Engine", "Longwave.Server", "Longwave.Brokers", "Longwave.Client"],
    };

    // These projects must not depend on an HTTP server.
    private static readonly string[] WithoutAspNet = ["Longwave.Protocol", "Longwave.Engine", "Longwave.Client"];

    public string Name => "project-references";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        foreach (var project in tree.Projects.Where(project => project.Path.StartsWith("src/", StringComparison.Ordinal)))
        {
            var name = Path.GetFileNameWithoutExtension(project.Name);
            var document = XDocument.Parse(project.Text);
            if (!Allowed.TryGetValue(name, out var allowed))
            {
                yield return new Violation(Name, project.Path, 0, $"unknown project: say in {nameof(ProjectReferencesRule)} what {name} may reference");
                continue;
            }

            foreach (var reference in Includes(document, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))))
            {
                if (!allowed.Contains(reference))
                {
                    yield return new Violation(Name, project.Path, 0, $"{name} may not reference {reference}");
                }
            }

            if (name == "Longwave.Protocol" && Includes(document, "PackageReference").FirstOrDefault() is { } package)
            {
                yield return new Violation(Name, project.Path, 0, $"{name} takes the BCL only, not {package}");
            }

            if (WithoutAspNet.Contains(name))
            {
                foreach (var violation in CheckAspNet(tree, project, name, document))
                {
                    yield return violation;
                }
            }
        }
    }

    private IEnumerable<Violation> CheckAspNet(SourceTree tree, SourceFile project, string name, XDocument document)
    {
        if (document.Root?.Attribute("Sdk")?.Value == "Microsoft.NET.Sdk.Web"
            || Includes(document, "FrameworkReference").Concat(Includes(document, "PackageReference")).Any(IsAspNet))
        {
            yield return new Violation(Name, project.Path, 0, $"{name} knows no ASP.NET Core");
        }

        foreach (var file in tree.CSharp.Where(file => file.Path.StartsWith(project.Folder + "/", StringComparison.Ordinal)))
        {
            if (tree.Syntax(file).DescendantNodes().OfType<UsingDirectiveSyntax>().Any(directive => IsAspNet(directive.NamespaceOrType.ToString())))
            {
                yield return new Violation(Name, file.Path, 0, $"{name} knows no ASP.NET Core");
            }
        }
    }

    private static bool IsAspNet(string name) => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal);

    private static IEnumerable<string> Includes(XDocument document, string element) =>
        document.Descendants(element).Select(item => item.Attribute("Include")?.Value).OfType<string>();
}
