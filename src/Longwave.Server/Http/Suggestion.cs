namespace Longwave.Server.Http;

/// <summary>Finds the known name that is most similar to an unknown one, for "did you mean".</summary>
public static class Suggestion
{
    /// <summary>Longest name that is compared, in characters, because the cost is quadratic.</summary>
    private const int MaxLength = 64;

    /// <summary>The most similar name of <paramref name="known"/>, or null when none is similar.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(known);
        if (word.Length > MaxLength)
        {
            return null;
        }

        string? nearest = null;
        int least = int.MaxValue;
        foreach (string candidate in known)
        {
            int distance = Distance(word, candidate);
            if (distance < least)
            {
                (least, nearest) = (distance, candidate);
            }
        }

        // A third of the letters may differ, so that "topc" finds "topic" but "x" finds nothing.
        return nearest is not null && least <= Math.Max(1, Math.Max(word.Length, nearest.Length) / 3) ? nearest : null;
    }

    /// <summary>Edit distance (insert, remove, replace, swap of neighbours) between two names, ignoring case and punctuation.</summary>
    private static int Distance(string left, string right)
    {
        string a = Plain(left);
        string b = Plain(right);
        if (b.Length > MaxLength)
        {
            return int.MaxValue;
        }

        // Rows of the table of distances: the current one and the two before it.
        Span<int> row = stackalloc int[MaxLength + 1];
        Span<int> above = stackalloc int[MaxLength + 1];
        Span<int> twoAbove = stackalloc int[MaxLength + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            Span<int> free = twoAbove;
            twoAbove = above;
            above = row;
            row = free;
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], twoAbove[j - 2] + 1);
                }
            }
        }

        return row[b.Length];
    }

    private static string Plain(string word) => new([.. word.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}
