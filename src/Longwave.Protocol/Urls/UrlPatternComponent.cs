using Longwave.Protocol.Automata;

namespace Longwave.Protocol.Urls;

/// <summary>The compiled pattern of one part of a URL (URL Pattern standard, sections 2.1.4 to 2.1.6). Immutable; for any thread.</summary>
/// <remarks>Literals are compared; everything else is an automaton, so a match examines each character of the text once at most.</remarks>
internal sealed class UrlPatternComponent
{
    private readonly string? _literal;
    private readonly Automaton? _automaton;

    private UrlPatternComponent(string prefix, string? literal, Automaton? automaton) => (Prefix, _literal, _automaton) = (prefix, literal, automaton);

    /// <summary>Common prefix of all matching texts.</summary>
    public string Prefix { get; }

    /// <summary>Whether only the <see cref="Prefix"/> itself matches.</summary>
    public bool IsLiteral => _literal is not null;

    /// <summary>Cost of the automaton; 0 without one.</summary>
    public int Cost => _automaton?.Cost ?? 0;

    /// <summary>Compiles a pattern string; null if it is not valid, or if its automaton exceeds a limit.</summary>
    /// <param name="pattern">The pattern string.</param>
    /// <param name="delimiter">Character that a named group does not match; empty for none.</param>
    /// <param name="prefix">Character before a group that belongs to the group; empty for none.</param>
    /// <param name="canonicalize">Canonicalizes literal text; returns null for text that is not valid in this part.</param>
    /// <param name="isTooComplex">Whether the pattern is valid and its automaton exceeds a limit.</param>
    public static UrlPatternComponent? Compile(string pattern, string delimiter, string prefix, Func<string, string?> canonicalize, out bool isTooComplex)
    {
        isTooComplex = false;
        if (UrlPatternParser.Parse(pattern, delimiter, prefix, canonicalize) is not { } parts)
        {
            return null;
        }

        string literal = string.Concat(parts.TakeWhile(IsText).Select(static part => part.Prefix));
        if (parts.TrueForAll(IsText))
        {
            return new UrlPatternComponent(literal, literal, null);
        }

        if (parts is [{ Regexp: UrlPatternPart.Everything, Prefix: "", Suffix: "", Modifier: '\0' }])
        {
            return new UrlPatternComponent("", null, null);
        }

        var program = new AutomatonProgram();
        foreach (UrlPatternPart part in parts)
        {
            if (ExpressionOf(part) is not { } expression)
            {
                return null;
            }

            expression.WriteTo(program);
        }

        program.Emit(Operation.End);
        Automaton? automaton = AutomatonCompiler.TryCompile(program);
        isTooComplex = automaton is null;
        return automaton is null ? null : new UrlPatternComponent(literal, null, automaton);
    }

    /// <summary>Whether the whole text matches.</summary>
    /// <param name="text">The text.</param>
    /// <param name="work">Rises by the number of examined characters.</param>
    public bool Matches(string text, ref long work) =>
        _automaton?.Matches(text, ref work) ?? (_literal is null || string.Equals(_literal, text, StringComparison.Ordinal));

    private static bool IsText(UrlPatternPart part) => part.Regexp is null && part.Modifier == '\0';

    /// <summary>The expression of a part; null if its regular expression is not valid or not supported.</summary>
    private static Expression? ExpressionOf(UrlPatternPart part)
    {
        Expression group = Expression.Text(part.Prefix);
        if (part.Regexp is not null)
        {
            if (ExpressionParser.TryParse(part.Regexp) is not { } regexp)
            {
                return null;
            }

            Expression item = Expression.Sequence(Expression.Text(part.Prefix), regexp);
            group = Expression.Sequence(item, Expression.Text(part.Suffix));
            if (part.Modifier is '*' or '+')
            {
                // The suffix and the prefix separate the repetitions.
                Expression again = Expression.Sequence(Expression.Text(part.Suffix), item);
                group = Expression.Sequence(item, Expression.Repeat(again, 0, Expression.Unlimited), Expression.Text(part.Suffix));
                return part.Modifier == '*' ? Expression.Repeat(group, 0, 1) : group;
            }
        }

        return part.Modifier switch
        {
            '?' => Expression.Repeat(group, 0, 1),
            '*' => Expression.Repeat(group, 0, Expression.Unlimited),
            '+' => Expression.Repeat(group, 1, Expression.Unlimited),
            _ => group,
        };
    }
}
