using System.Text.RegularExpressions;
using Longwave.Tidy.Tests.Sources;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>No folder, project, file or type collects unrelated parts under a name such as `Utils`.</summary>
public sealed partial class DrawersRule : IRule
{
    public string Name => "drawers";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        foreach (var file in tree.Files)
        {
            if (file.Path.Split('/').SelectMany(part => part.Split('.')).FirstOrDefault(part => Drawer().IsMatch(part)) is { } part)
            {
                yield return new Violation(Name, file.Path, 0, $"'{part}' says nothing: name it after what it holds");
            }
        }

        foreach (var file in tree.CSharp)
        {
            foreach (var type in tree.Syntax(file).DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Where(type => Drawer().IsMatch(type.Identifier.Text)))
            {
                var line = type.Identifier.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
                yield return new Violation(Name, file.Path, line, $"type '{type.Identifier.Text}': name it after what it does");
            }
        }
    }

    // Whole names in lower case (a folder utils/), and names that end so (StringUtils).
    [GeneratedRegex("^(common|utils?|utilities|helpers?|managers?|infrastructure|misc)$|^Abstractions$|(Common|Utils?|Utilities|Helpers?|Managers?|Infrastructure|Misc)$")]
    private static partial Regex Drawer();
}
