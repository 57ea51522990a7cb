using Longwave.Tidy.Tests.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>A lock field has a comment with the fields that it guards.</summary>
public sealed class LockCommentsRule : IRule
{
    public string Name => "lock-comments";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        foreach (var file in tree.CSharp.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal)))
        {
            var root = tree.Syntax(file);
            var locked = root.DescendantNodes().OfType<LockStatementSyntax>().Select(statement => statement.Expression.ToString()).ToHashSet();
            foreach (var field in root.DescendantNodes().OfType<FieldDeclarationSyntax>())
            {
                var name = field.Declaration.Variables[0].Identifier.Text;
                if ((IsLock(field.Declaration.Type) || locked.Contains(name)) && !SaysWhatItGuards(field))
                {
                    var line = field.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
                    yield return new Violation(Name, file.Path, line, $"{name}: a comment above it says 'Guards …'");
                }
            }
        }
    }

    private static bool IsLock(TypeSyntax type) => type.ToString() is "Lock" or "System.Threading.Lock" or "ReaderWriterLockSlim" or "SpinLock";

    // Above the field, or at the end of its line.
    private static bool SaysWhatItGuards(FieldDeclarationSyntax field) =>
        field.GetLeadingTrivia().Concat(field.GetTrailingTrivia())
            .Where(trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia) || trivia.HasStructure)
            .Any(trivia => trivia.ToFullString().Contains("guard", StringComparison.OrdinalIgnoreCase));
}
