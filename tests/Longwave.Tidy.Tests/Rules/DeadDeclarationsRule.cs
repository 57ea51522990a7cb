using Longwave.Tidy.Tests.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>
/// A type or member that is not public API is used somewhere. By name: a declaration is dead when no other code of the repository contains
/// its name, so the rule never reports a used one, and misses dead ones that share a name.
/// </summary>
public sealed class DeadDeclarationsRule : IRule
{
    public string Name => "dead-declarations";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        var uses = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in tree.CSharp.SelectMany(file => tree.Syntax(file).DescendantTokens()).Where(static token => token.IsKind(SyntaxKind.IdentifierToken)))
        {
            uses[token.ValueText] = uses.GetValueOrDefault(token.ValueText) + 1;
        }

        foreach (var file in tree.CSharp.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal)))
        {
            foreach (var declaration in tree.Syntax(file).DescendantNodes().OfType<MemberDeclarationSyntax>())
            {
                foreach (var name in NamesOf(declaration).Where(name => uses[name.ValueText] == 1 && !IsUsedUnseen(declaration)))
                {
                    var line = name.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
                    yield return new Violation(Name, file.Path, line, $"nothing uses '{name.ValueText}': remove it");
                }
            }
        }
    }

    private static IEnumerable<SyntaxToken> NamesOf(MemberDeclarationSyntax declaration) => declaration switch
    {
        BaseTypeDeclarationSyntax type => [type.Identifier],
        DelegateDeclarationSyntax type => [type.Identifier],
        MethodDeclarationSyntax method => [method.Identifier],
        PropertyDeclarationSyntax property => [property.Identifier],
        EnumMemberDeclarationSyntax member => [member.Identifier],
        BaseFieldDeclarationSyntax field => field.Declaration.Variables.Select(static variable => variable.Identifier),
        _ => [],
    };

    /// <summary>Public API, what the runtime calls, and what native code or a configuration fills.</summary>
    private static bool IsUsedUnseen(MemberDeclarationSyntax declaration) =>
        IsPublicApi(declaration)
        || declaration.Modifiers.Any(SyntaxKind.OverrideKeyword)
        || declaration is MethodDeclarationSyntax { ExplicitInterfaceSpecifier: not null } or PropertyDeclarationSyntax { ExplicitInterfaceSpecifier: not null }
        || declaration.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().Any(static owner => owner.AttributeLists.Count > 0)
        || declaration.Parent is BaseTypeDeclarationSyntax { BaseList: not null } && declaration.Modifiers.Any(SyntaxKind.PublicKeyword);

    private static bool IsPublicApi(MemberDeclarationSyntax declaration) => declaration
        .AncestorsAndSelf()
        .OfType<MemberDeclarationSyntax>()
        .Where(static owner => owner is not BaseNamespaceDeclarationSyntax)
        .All(static owner => owner is EnumMemberDeclarationSyntax || owner.Modifiers.Any(SyntaxKind.PublicKeyword) || owner.Modifiers.Any(SyntaxKind.ProtectedKeyword));
}
