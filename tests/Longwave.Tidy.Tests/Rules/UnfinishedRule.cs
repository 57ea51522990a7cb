using System.Text.RegularExpressions;
using Longwave.Tidy.Tests.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>No unfinished work: postponed work names its issue, no code throws "not implemented", no test is skipped.</summary>
public sealed partial class UnfinishedRule : IRule
{
    private static readonly string[] ScriptExtensions = [".js", ".mjs", ".ts", ".tsx", ".css", ".sh", ".html", ".csproj", ".props", ".slnx"];

    public string Name => "unfinished";

    public IEnumerable<Violation> Check(SourceTree tree) =>
        tree.CSharp.SelectMany(file => CheckCSharp(tree, file))
            .Concat(tree.Files.Where(file => ScriptExtensions.Contains(file.Extension)).SelectMany(CheckScript));

    private IEnumerable<Violation> CheckCSharp(SourceTree tree, SourceFile file)
    {
        var root = tree.Syntax(file);
        foreach (var comment in root.DescendantTrivia(descendIntoTrivia: false).Where(IsComment))
        {
            if (Postponed().IsMatch(comment.ToFullString()))
            {
                yield return At(file, comment.GetLocation(), "postponed work names its issue: TODO(#12): …");
            }
        }

        foreach (var name in root.DescendantNodes().OfType<IdentifierNameSyntax>())
        {
            if (name.Identifier.Text == "NotImplementedException")
            {
                yield return At(file, name.GetLocation(), "what is not implemented is not there yet");
            }
            else if (IsSkip(name))
            {
                yield return At(file, name.GetLocation(), "tests are not skipped: what they need is set up, or they fail");
            }
        }
    }

    // [Fact(Skip = …)], SkipWhen, SkipUnless, and Assert.Skip and its relatives.
    private static bool IsSkip(IdentifierNameSyntax name) =>
        name.Identifier.Text.StartsWith("Skip", StringComparison.Ordinal)
        && (name.Parent is NameEqualsSyntax { Parent: AttributeArgumentSyntax }
            || name.Parent is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "Assert" } });

    private IEnumerable<Violation> CheckScript(SourceFile file)
    {
        var lines = file.Lines;
        for (var i = 0; i < lines.Length; i++)
        {
            if (Postponed().IsMatch(lines[i]))
            {
                yield return new Violation(Name, file.Path, i + 1, "postponed work names its issue: TODO(#12): …");
            }
            else if (SkippedScriptTest().IsMatch(lines[i]))
            {
                yield return new Violation(Name, file.Path, i + 1, "tests are not skipped, and none runs alone");
            }
        }
    }

    private Violation At(SourceFile file, Location location, string message) =>
        new(Name, file.Path, location.GetLineSpan().StartLinePosition.Line + 1, message);

    private static bool IsComment(SyntaxTrivia trivia) => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia);

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b(?!\(#\d+\):)")]
    private static partial Regex Postponed();

    [GeneratedRegex(@"\b(test|it|describe)\.(skip|todo|only)\b|\b(skip|todo|only)\s*:\s*(true|['""`])")]
    private static partial Regex SkippedScriptTest();
}
