using System.Diagnostics.CodeAnalysis;
using Longwave.Protocol.Automata;

namespace Longwave.Protocol.Selectors;

/// <summary>Compiles a glob (protocol section 4) to an <see cref="Automaton"/>: <c>*</c> and <c>**</c> are its only special characters.</summary>
internal static class GlobCompiler
{
    private static readonly CharacterSet NoSlash = CharacterSet.All with { Ascii = CharacterSet.All.Ascii & ~CharacterSet.Of('/').Ascii };

    /// <summary>Any characters of one segment.</summary>
    private static readonly Expression InSegment = Expression.Repeat(Expression.OneOf(NoSlash), 0, Expression.Unlimited);

    private static readonly Expression Rest = Expression.Repeat(Expression.OneOf(CharacterSet.All), 0, Expression.Unlimited);

    /// <summary>Whole segments, each with the slash that ends it; also none.</summary>
    private static readonly Expression Segments = Expression.Choice([Expression.Sequence(Rest, Expression.Text("/")), Expression.Empty]);

    /// <summary>Compiles the part of a glob from its first star on; the error states the problem and its character, from 1.</summary>
    public static bool TryCompile(string text, [NotNullWhen(true)] out Automaton? automaton, [NotNullWhen(false)] out string? error)
    {
        automaton = null;
        var program = new AutomatonProgram();
        for (int i = text.IndexOf('*'); i < text.Length;)
        {
            int stars = text.AsSpan(i).IndexOfAnyExcept('*') is >= 0 and int other ? other : text.Length - i;
            int next = i + stars;
            if (stars == 0)
            {
                program.EmitMatch(CharacterSet.Of(text[i]));
                next = i + 1;
            }
            else if (stars == 1)
            {
                InSegment.WriteTo(program);
            }
            else if (stars > 2 || (i > 0 && text[i - 1] != '/') || (next < text.Length && text[next] != '/'))
            {
                error = $"The glob has '{text.AsSpan(i, stars)}' at character {i + 1}. Write '*' for any characters up to the next '/', or '**' as a whole part between '/' for any number of parts.";
                return false;
            }
            else if (next == text.Length)
            {
                Rest.WriteTo(program);
            }
            else
            {
                Segments.WriteTo(program);
                next++;
            }

            i = next;
        }

        program.Emit(Operation.End);
        automaton = AutomatonCompiler.TryCompile(program);
        error = automaton is not null ? null : $"The glob is too complex: its automaton has more than {AutomatonCompiler.MaxStates} states, {AutomatonCompiler.MaxTransitions} transitions, or {AutomatonCompiler.MaxSteps} steps to compile. Use fewer stars.";
        return automaton is not null;
    }
}
