using Longwave.Tidy.Tests.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>A file has one public type; enums, delegates and records of a few lines may sit with their owner.</summary>
public sealed class OnePublicTypeRule : IRule
{
    public const int TinyLines = 15;

    public string Name => "one-public-type";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        foreach (var file in tree.CSharp)
        {
            var types = tree.Syntax(file).DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
                .OfType<MemberDeclarationSyntax>()
                .Where(type => type is BaseTypeDeclarationSyntax && type.Modifiers.Any(SyntaxKind.PublicKeyword) && !IsTiny(type))
                .Select(type => ((BaseTypeDeclarationSyntax)type).Identifier.Text)
                .Distinct()
                .ToList();
            if (types.Count > 1)
            {
                yield return new Violation(Name, file.Path, 0, $"{types.Count} public types ({string.Join(", ", types)}): one a file");
            }
        }
    }

    private static bool IsTiny(SyntaxNode type)
    {
        var span = type.GetLocation().GetLineSpan();
        return type is EnumDeclarationSyntax or RecordDeclarationSyntax
            && span.EndLinePosition.Line - span.StartLinePosition.Line < TinyLines;
    }
}
