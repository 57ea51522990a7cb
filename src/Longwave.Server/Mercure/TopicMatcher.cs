using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Longwave.Protocol.Selectors;
using Longwave.Protocol.Urls;

namespace Longwave.Server.Mercure;

/// <summary>Topic matchers of 1.0 (draft 8, "Matcher Types").</summary>
internal static class TopicMatcher
{
    /// <summary>One topic, compared byte by byte. The default type.</summary>
    public const string Exact = "exact";

    /// <summary>Every topic that a URL pattern matches.</summary>
    public const string UrlPattern = "urlpattern";

    /// <summary>The known types.</summary>
    public static readonly IReadOnlyList<string> Types = [Exact, UrlPattern];

    /// <summary>Reads a matcher.</summary>
    /// <param name="type">Its type; case counts.</param>
    /// <param name="text">The matcher; <c>*</c> is every topic for every type.</param>
    /// <param name="hub">The hub's address.</param>
    /// <param name="selector">The topics that it selects.</param>
    /// <param name="error">Why it is not valid.</param>
    public static bool TryParse(string type, string text, UrlParts hub, [NotNullWhen(true)] out Selector? selector, [NotNullWhen(false)] out string? error)
    {
        selector = null;
        error = !Types.Contains(type) ? $"Unknown matcher type `{type}`; known types: `{Exact}` and `{UrlPattern}`."
            : text.Length is 0 or > Selector.MaxLength ? $"A matcher has 1 to {Selector.MaxLength} characters."
            : HasHidden(text) ? "The matcher contains invisible control or format characters."
            : null;
        if (error is not null)
        {
            return false;
        }

        if (type == UrlPattern)
        {
            return Selector.TryParseUrlPattern(text, hub, out selector, out error);
        }

        selector = text == "*" ? Selector.Any : Selector.Exact(text);
        return true;
    }

    /// <summary>Whether there are invisible characters: controls, and the category Cf, with which one name can imitate another.</summary>
    public static bool HasHidden(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format)
            {
                return true;
            }
        }

        return false;
    }
}
