using System.Buffers;
using System.Globalization;
using System.Text;

namespace Longwave.Terminals;

/// <summary>Makes untrusted text safe for a terminal: escapes control characters and characters that change the direction of text.</summary>
internal static class VisibleText
{
    private const char ControlPictures = '\u2400';
    private const char PictureOfDelete = '\u2421';

    /// <summary>C0 except the tab, DEL, C1, line and paragraph separators, and marks that change the direction of text.</summary>
    private static readonly SearchValues<char> Dangerous = SearchValues.Create(
        string.Concat(Enumerable.Range(0, 0x20).Where(c => c != '\t').Concat(Enumerable.Range(0x7F, 0x21)).Select(c => (char)c))
        + "\u061C\u200E\u200F\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\uFEFF");

    /// <summary>Replaces C0 characters with their symbols (ESC is ␛), and the others with their number (<c>\u202E</c>).</summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAny(Dangerous))
        {
            return text;
        }

        var visible = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            if (!Dangerous.Contains(c))
            {
                visible.Append(c);
            }
            else if (c < ' ')
            {
                visible.Append((char)(ControlPictures + c));
            }
            else if (c == '\u007F')
            {
                visible.Append(PictureOfDelete);
            }
            else
            {
                AppendNumber(visible, c);
            }
        }

        return visible.ToString();
    }

    /// <summary>Escapes such characters in JSON, on one line; they are valid only within its strings.</summary>
    public static string EscapeJson(string json)
    {
        if (!json.AsSpan().ContainsAny(Dangerous))
        {
            return json;
        }

        var escaped = new StringBuilder(json.Length + 16);
        foreach (char c in json)
        {
            if (Dangerous.Contains(c) && c >= ' ')
            {
                AppendNumber(escaped, c);
            }
            else
            {
                // Control characters below the space can only be white space between JSON tokens here.
                escaped.Append(c < ' ' ? ' ' : c);
            }
        }

        return escaped.ToString();
    }

    private static void AppendNumber(StringBuilder text, char c) => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
}
