namespace Longwave.Protocol.Automata;

/// <summary>A set of UTF-16 characters: any of ASCII, and above ASCII one character or all characters from U+00A0.</summary>
/// <param name="Ascii">One bit for each ASCII character.</param>
/// <param name="HasHigh">Whether the set contains all characters from U+00A0.</param>
/// <param name="Literal">A character above ASCII in the set; NUL for none.</param>
internal readonly record struct CharacterSet(UInt128 Ascii, bool HasHigh = false, char Literal = '\0')
{
    /// <summary>First character that <see cref="HasHigh"/> covers. The characters before it are control characters.</summary>
    public const char FirstHigh = '\u00A0';

    /// <summary>Number of ASCII characters.</summary>
    public const int AsciiCount = 128;

    /// <summary>Every character except the control characters U+0080 to U+009F, which no topic contains.</summary>
    public static CharacterSet All { get; } = new(UInt128.MaxValue, HasHigh: true);

    /// <summary>Letters, digits and <c>_</c> of ASCII.</summary>
    public static CharacterSet Word { get; } = Where(static c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>The set of one character.</summary>
    public static CharacterSet Of(char c) => char.IsAscii(c) ? new(UInt128.One << c) : new(UInt128.Zero, Literal: c);

    /// <summary>The ASCII characters of a text.</summary>
    public static CharacterSet Of(string ascii) => Where(ascii.Contains);

    /// <summary>The ASCII characters that satisfy a condition.</summary>
    public static CharacterSet Where(Func<char, bool> condition)
    {
        UInt128 bits = 0;
        for (char c = '\0'; c < AsciiCount; c++)
        {
            bits |= condition(c) ? UInt128.One << c : 0;
        }

        return new CharacterSet(bits);
    }

    /// <summary>Whether the set contains an ASCII character.</summary>
    public bool HasAscii(int c) => ((Ascii >> c) & 1) != 0;
}
