namespace Longwave.Protocol.Automata;

/// <summary>A deterministic automaton: one table look-up per character. Immutable; for any thread.</summary>
/// <param name="classes">Columns of the table.</param>
/// <param name="table">Next state for each state and class; the last column is 1 for an accepting state.</param>
/// <param name="width">Number of columns.</param>
/// <param name="cost">Cost of the automaton.</param>
internal sealed class Automaton(CharacterClasses classes, ushort[] table, int width, int cost)
{
    /// <summary>State from which no text is accepted.</summary>
    public const int Dead = 0;

    /// <summary>State at the start of a text.</summary>
    public const int Start = 1;

    /// <summary>Memory and work of the compilation, in transitions. A constant part covers the classes and the objects.</summary>
    public int Cost { get; } = cost;

    /// <summary>Whether the automaton accepts the whole text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="work">Rises by the number of examined characters.</param>
    public bool Matches(ReadOnlySpan<char> text, ref long work)
    {
        ReadOnlySpan<byte> ascii = classes.Ascii;
        int state = Start;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            int column = c < CharacterSet.AsciiCount ? ascii[c] : classes.OfAbove(c);
            state = table[(state * width) + column];
            if (state == Dead)
            {
                work += i + 1;
                return false;
            }
        }

        work += text.Length;
        return table[(state * width) + width - 1] != 0;
    }
}
