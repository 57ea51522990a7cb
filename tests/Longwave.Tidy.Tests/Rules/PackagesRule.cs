using System.Xml.Linq;
using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>Versions are only in Directory.Packages.props, every project has a lock file and is in the solution.</summary>
public sealed class PackagesRule : IRule
{
    public string Name => "packages";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        var solution = tree.Find("Longwave.slnx")?.Text ?? "";
        foreach (var project in tree.Projects)
        {
            foreach (var reference in XDocument.Parse(project.Text).Descendants("PackageReference"))
            {
                if (reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null || reference.HasElements)
                {
                    yield return new Violation(Name, project.Path, 0, $"the version of {reference.Attribute("Include")?.Value} belongs into Directory.Packages.props");
                }
            }

            if (tree.Find(project.Folder + "/packages.lock.json") is null)
            {
                yield return new Violation(Name, project.Path, 0, "no packages.lock.json beside it: restore it once and add the file");
            }

            if (!solution.Contains($"\"{project.Path}\"", StringComparison.Ordinal))
            {
                yield return new Violation(Name, project.Path, 0, "not in Longwave.slnx, so no build includes it");
            }
        }
    }
}
