using System.Diagnostics.CodeAnalysis;
using Longwave.Protocol.Automata;

namespace Longwave.Protocol.Selectors;

/// <summary>Compiles a URI template (RFC 6570 section 2) to an <see cref="Automaton"/>.</summary>
internal ref struct TemplateCompiler
{
    /// <summary>Maximum supported prefix (<c>{var:3}</c>), in characters: each one compiles to its own instructions.</summary>
    private const int MaxPrefix = 100;

    private static readonly CharacterSet HexDigit = CharacterSet.Where(char.IsAsciiHexDigit);

    private static readonly CharacterSet Unreserved = CharacterSet.Where(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or ',') with { HasHigh = true };

    private static readonly CharacterSet Reserved = Unreserved with { Ascii = Unreserved.Ascii | CharacterSet.Of(":/?#[]@!$&'()*+,;=").Ascii };

    private readonly ReadOnlySpan<char> _text;
    private readonly AutomatonProgram _program = new();
    private int _at;
    private int _variables;
    private string? _error;

    private TemplateCompiler(ReadOnlySpan<char> text) => _text = text;

    /// <summary>Compiles the part of a template from its first brace on; the error states the problem and its character, from 1.</summary>
    public static bool TryCompile(string text, [NotNullWhen(true)] out Automaton? automaton, [NotNullWhen(false)] out string? error)
    {
        var compiler = new TemplateCompiler(text) { _at = text.AsSpan().IndexOfAny('{', '}') };
        while (compiler._error is null && compiler._at < text.Length)
        {
            compiler.CompileNext();
        }

        compiler._program.Emit(Operation.End);
        automaton = compiler._error is null ? AutomatonCompiler.TryCompile(compiler._program) : null;
        error = automaton is not null ? null : compiler._error ?? $"The template is too complex: its automaton has more than {AutomatonCompiler.MaxStates} states, {AutomatonCompiler.MaxTransitions} transitions, or {AutomatonCompiler.MaxSteps} steps to compile. Use fewer variables, shorter prefixes (`{{var:3}}`), or a separator between variables.";
        return automaton is not null;
    }

    private void CompileNext()
    {
        char c = _text[_at];
        if (c == '}')
        {
            _error = $"The template has a '}}' without '{{' at character {_at + 1}.";
        }
        else if (c == '{')
        {
            CompileExpression();
        }
        else
        {
            _program.EmitMatch(CharacterSet.Of(c));
            _at++;
        }
    }

    private void CompileExpression()
    {
        int length = _text[_at..].IndexOf('}');
        if (length < 0)
        {
            _error = $"The template has a '{{' without '}}' at character {_at + 1}.";
            return;
        }

        int begin = _at + 1;
        ReadOnlySpan<char> body = _text[begin..(_at + length)];
        _at += length + 1;
        TemplateStyle style = TemplateStyle.Of(body.IsEmpty ? '\0' : body[0]);
        if (style.HasOperator)
        {
            body = body[1..];
            begin++;
        }

        // The first defined variable is preceded by style.First, later ones by the separator. Two sets of states track
        // whether a variable was defined before; both share the code of the value.
        var untouchedSkips = new List<int>();
        var skipsAfterFirst = new List<int>();
        bool first = true;
        for (int start = 0, end; start <= body.Length; start = end + 1)
        {
            int comma = body[start..].IndexOf(',');
            end = comma < 0 ? body.Length : start + comma;
            ReadOnlySpan<char> name = body[start..end];
            if (!TryReadModifier(ref name, begin + start, out bool explodes, out int prefix) || !CheckName(name, begin + start))
            {
                return;
            }

            CompileVariable(new TemplateVariable(style, explodes, prefix), name, first, untouchedSkips, skipsAfterFirst);
            first = false;
        }

        _program.Land(untouchedSkips);
        _program.Land(skipsAfterFirst);
    }

    /// <summary>
    /// Compiles one variable. On entry, <paramref name="untouched"/> contains the jumps for "no earlier variable is defined"; execution falls through
    /// for "an earlier variable is defined". On return the same holds for the next variable.
    /// </summary>
    private void CompileVariable(TemplateVariable variable, ReadOnlySpan<char> name, bool first, List<int> untouched, List<int> written)
    {
        TemplateStyle style = variable.Style;
        int toValue = -1;
        if (!first)
        {
            // An earlier variable is defined: skip this one, or match separator and value.
            _program.Land(written);
            written.Add(_program.Emit(Operation.Split));
            _program.EmitMatch(CharacterSet.Of(style.Separator));
            toValue = _program.Emit(Operation.Jump);
        }

        _program.Land(untouched);
        untouched.Add(_program.Emit(Operation.Split));
        if (style.First != '\0')
        {
            _program.EmitMatch(CharacterSet.Of(style.First));
        }

        if (toValue >= 0)
        {
            _program.Land(toValue);
        }

        CompileValue(variable, name);
        written.Add(_program.Emit(Operation.Jump));
    }

    private void CompileValue(TemplateVariable variable, ReadOnlySpan<char> name)
    {
        TemplateStyle style = variable.Style;
        int withoutEquals = -1;

        // An exploded variable is name=value per item of a list, or key=value per pair of a map: names are arbitrary.
        if (style.Named && !variable.Explodes)
        {
            _program.EmitText(name);

            if (style.BareWhenEmpty)
            {
                withoutEquals = _program.Emit(Operation.Split);
            }

            _program.EmitMatch(CharacterSet.Of('='));
        }

        if (variable.Prefix > 0)
        {
            var ends = new List<int>();
            for (int i = 0; i < variable.Prefix; i++)
            {
                ends.Add(_program.Emit(Operation.Split));
                var taken = new List<int>();
                CompileCharacter(variable, taken);
                _program.Land(taken);
            }

            _program.Land(ends);
        }
        else
        {
            // Loop: exit, or match one character and repeat.
            int again = _program.Emit(Operation.Split);
            var taken = new List<int>();
            CompileCharacter(variable, taken);
            foreach (int jump in taken)
            {
                _program.SetTarget(jump, again);
            }

            _program.Land(again);
        }

        if (withoutEquals >= 0)
        {
            _program.Land(withoutEquals);
        }
    }

    /// <summary>Compiles one character of a value, plain or percent-encoded; appends the jumps after it to <paramref name="taken"/>.</summary>
    private readonly void CompileCharacter(TemplateVariable variable, List<int> taken)
    {
        int raw = _program.Emit(Operation.Split);
        _program.EmitMatch(CharacterSet.Of('%'));
        _program.EmitMatch(HexDigit);
        _program.EmitMatch(HexDigit);
        taken.Add(_program.Emit(Operation.Jump));
        _program.Land(raw);
        foreach (char between in variable.Explodes ? [variable.Style.Separator, '='] : (ReadOnlySpan<char>)[])
        {
            int other = _program.Emit(Operation.Split);
            _program.EmitMatch(CharacterSet.Of(between));
            taken.Add(_program.Emit(Operation.Jump));
            _program.Land(other);
        }

        _program.EmitMatch(variable.Style.AllowsReserved ? Reserved : Unreserved);
        taken.Add(_program.Emit(Operation.Jump));
    }

    /// <summary>Removes <c>*</c> or <c>:length</c> from the name (RFC 6570, section 2.4).</summary>
    private bool TryReadModifier(ref ReadOnlySpan<char> name, int at, out bool explodes, out int prefix)
    {
        explodes = name.EndsWith("*");
        prefix = 0;
        int colon = name.IndexOf(':');
        if (explodes)
        {
            name = name[..^1];
        }
        else if (colon >= 0)
        {
            ReadOnlySpan<char> digits = name[(colon + 1)..];
            name = name[..colon];
            if (!int.TryParse(digits, System.Globalization.NumberStyles.None, null, out prefix) || prefix is 0 or > MaxPrefix || digits[0] == '0')
            {
                _error = $"The template has a prefix at character {at + colon + 1} that is not a length from 1 to {MaxPrefix}.";
                return false;
            }
        }

        return true;
    }

    private bool CheckName(ReadOnlySpan<char> name, int at)
    {
        if (++_variables > Selector.MaxVariables)
        {
            _error = $"The template has more than {Selector.MaxVariables} variables.";
            return false;
        }

        bool valid = !name.IsEmpty && name[0] != '.' && name[^1] != '.' && !name.Contains("..", StringComparison.Ordinal);
        for (int i = 0; i < name.Length && valid; i++)
        {
            valid = char.IsAsciiLetterOrDigit(name[i]) || name[i] is '_' or '.'
                || (name[i] == '%' && i + 2 < name.Length && char.IsAsciiHexDigit(name[i + 1]) && char.IsAsciiHexDigit(name[i + 2]));
        }

        if (!valid)
        {
            _error = $"The template has no valid variable name at character {at + 1}: ASCII letters, digits, '_' and '.' between them.";
        }

        return valid;
    }
}
