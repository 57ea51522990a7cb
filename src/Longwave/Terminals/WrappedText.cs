namespace Longwave.Terminals;

/// <summary>Breaks text into lines at spaces.</summary>
internal static class WrappedText
{
    /// <summary>The lines, each at most <paramref name="width"/> characters unless a single word is longer.</summary>
    public static IEnumerable<string> Lines(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }
        }

        yield return line;
    }
}
