using Longwave.Tidy.Tests.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>A method, constructor, accessor, operator, local function or top-level program has at most 70 lines, signature and braces included.</summary>
public sealed class MethodLengthRule : IRule
{
    public const int MaxLines = 70;

    public string Name => "method-length";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        foreach (var file in tree.CSharp)
        {
            var root = tree.Syntax(file);
            var bodies = root.DescendantNodes().Where(node => node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax);
            foreach (var node in bodies)
            {
                var (first, last) = Lines(FirstToken(node), node.GetLastToken());
                if (last - first + 1 > MaxLines)
                {
                    yield return new Violation(Name, file.Path, first, $"{NameOf(node)} has {last - first + 1} lines, at most {MaxLines}");
                }
            }

            var program = root.Members.OfType<GlobalStatementSyntax>().ToList();
            if (program.Count > 0)
            {
                var (first, last) = Lines(program[0].GetFirstToken(), program[^1].GetLastToken());
                if (last - first + 1 > MaxLines)
                {
                    yield return new Violation(Name, file.Path, first, $"the top-level program has {last - first + 1} lines, at most {MaxLines}");
                }
            }
        }
    }

    // Attributes and documentation above the method do not count.
    private static SyntaxToken FirstToken(SyntaxNode node) =>
        node.ChildNodesAndTokens()
            .Where(child => !child.IsKind(SyntaxKind.AttributeList))
            .Select(child => child.AsNode()?.GetFirstToken() ?? child.AsToken())
            .First();

    private static (int First, int Last) Lines(SyntaxToken first, SyntaxToken last) =>
        (first.GetLocation().GetLineSpan().StartLinePosition.Line + 1, last.GetLocation().GetLineSpan().EndLinePosition.Line + 1);

    private static string NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        AccessorDeclarationSyntax accessor => accessor.Keyword.Text,
        _ => node.Kind().ToString(),
    };
}
