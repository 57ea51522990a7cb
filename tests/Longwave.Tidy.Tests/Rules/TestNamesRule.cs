using System.Text.RegularExpressions;
using Longwave.Tidy.Tests.Sources;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>A test is called Method_State_Result: what fails is read off its name.</summary>
public sealed partial class TestNamesRule : IRule
{
    public string Name => "test-names";

    public IEnumerable<Violation> Check(SourceTree tree) =>
        from file in tree.CSharp
        from method in tree.Syntax(file).DescendantNodes().OfType<MethodDeclarationSyntax>()
        where method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString() is "Fact" or "Theory")
        where !ThreeParts().IsMatch(method.Identifier.Text)
        let line = method.Identifier.GetLocation().GetLineSpan().StartLinePosition.Line + 1
        select new Violation(Name, file.Path, line, $"'{method.Identifier.Text}' is not Method_State_Result");

    [GeneratedRegex("^[A-Z][A-Za-z0-9]*_[A-Za-z0-9]+_[A-Za-z0-9]+$")]
    private static partial Regex ThreeParts();
}
