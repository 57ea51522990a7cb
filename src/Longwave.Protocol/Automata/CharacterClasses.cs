namespace Longwave.Protocol.Automata;

/// <summary>Classes of characters that a program does not distinguish: a table has one column for each class.</summary>
internal sealed class CharacterClasses
{
    /// <summary>Maximum number of classes.</summary>
    private const int MaxClasses = 256;

    private readonly byte[] _ascii;
    private readonly char[] _literals;
    private readonly byte[] _above;

    private CharacterClasses(byte[] ascii, char[] literals, byte[] above) => (_ascii, _literals, _above) = (ascii, literals, above);

    /// <summary>Class of each ASCII character.</summary>
    public ReadOnlySpan<byte> Ascii => _ascii;

    /// <summary>Class of a character above ASCII.</summary>
    public int OfAbove(char c)
    {
        int literal = Array.BinarySearch(_literals, c);
        return literal >= 0 ? _above[literal] : c >= CharacterSet.FirstHigh ? _above[^2] : _above[^1];
    }

    /// <summary>Finds the classes of some sets; null if there are too many.</summary>
    /// <param name="sets">The sets.</param>
    /// <param name="members">For each set, whether it contains each class.</param>
    public static CharacterClasses? Find(IReadOnlyList<CharacterSet> sets, out bool[][] members)
    {
        // Representatives: each ASCII character, each character above ASCII that a set names, any other character, a control character above ASCII.
        char[] literals = [.. sets.Where(static set => set.Literal != '\0').Select(static set => set.Literal).Distinct().Order()];
        int[] classes = new int[CharacterSet.AsciiCount + literals.Length + 2];
        int count = 1;
        var split = new Dictionary<(int, bool), int>();
        foreach (CharacterSet set in sets)
        {
            split.Clear();
            for (int i = 0; i < classes.Length; i++)
            {
                (int, bool) part = (classes[i], Has(set, i, literals));
                if (!split.TryGetValue(part, out int found))
                {
                    split.Add(part, found = split.Count);
                }

                classes[i] = found;
            }

            count = split.Count;
        }

        members = new bool[sets.Count][];
        if (count > MaxClasses)
        {
            return null;
        }

        for (int s = 0; s < sets.Count; s++)
        {
            members[s] = new bool[count];
            for (int i = 0; i < classes.Length; i++)
            {
                members[s][classes[i]] = Has(sets[s], i, literals);
            }
        }

        byte[] all = Array.ConvertAll(classes, static c => (byte)c);
        return new CharacterClasses(all[..CharacterSet.AsciiCount], literals, all[CharacterSet.AsciiCount..]);
    }

    private static bool Has(CharacterSet set, int representative, char[] literals)
    {
        int literal = representative - CharacterSet.AsciiCount;
        return literal < 0 ? set.HasAscii(representative)
            : literal < literals.Length ? set.Literal == literals[literal] || (set.HasHigh && literals[literal] >= CharacterSet.FirstHigh)
            : literal == literals.Length && set.HasHigh;
    }
}
