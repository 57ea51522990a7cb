using System.Text.RegularExpressions;

namespace Longwave.Tests.Docs;

/// <summary>
/// Expected output of a command in a document. The lines must occur in this order; other lines may occur between them. <c>…</c> matches any text,
/// and epochs and times, which differ between runs, match each other.
/// </summary>
public sealed partial class ExpectedOutput(string text)
{
    private readonly string[] _expected = [.. Lines(text)];

    /// <summary>The first expected line that is missing, or null.</summary>
    public string? FirstMissingIn(string output)
    {
        using var actual = Lines(output).GetEnumerator();
        foreach (var line in _expected)
        {
            var pattern = new Regex("^" + Regex.Escape(line).Replace("…", ".*", StringComparison.Ordinal) + "$", RegexOptions.None, TimeSpan.FromSeconds(1));
            do
            {
                if (!actual.MoveNext())
                {
                    return line;
                }
            }
            while (!pattern.IsMatch(actual.Current));
        }

        return null;
    }

    private static IEnumerable<string> Lines(string text) => text
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(line => Time().Replace(Epoch().Replace(line, "EPOCH-"), "TIME"));

    [GeneratedRegex(@"\b[0-9a-f]{8}-(?=\d)")]
    private static partial Regex Epoch();

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")]
    private static partial Regex Time();
}
