using System.Text;
using System.Text.RegularExpressions;

namespace Longwave.Protocol.Urls;

/// <summary>The compiled pattern of one part of a URL (URL Pattern standard, sections 2.1.4 to 2.1.6).</summary>
/// <remarks>
/// Matching takes time linear in the text: literals are compared, all else runs on the platform's engine without backtracking
/// (<see cref="RegexOptions.NonBacktracking"/>); a pattern that this engine does not support is rejected. Thread-safe.
/// </remarks>
internal sealed class UrlPatternComponent
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline;

    private readonly string? _literal;
    private readonly Regex? _regex;

    private UrlPatternComponent(string? literal, Regex? regex) => (_literal, _regex) = (literal, regex);

    /// <summary>Compiles a pattern string; null if it is not valid.</summary>
    /// <param name="pattern">The pattern string.</param>
    /// <param name="delimiter">Character that a named group does not match; empty for none.</param>
    /// <param name="prefix">Character before a group that belongs to the group; empty for none.</param>
    /// <param name="canonicalize">Canonicalizes literal text; returns null for text that is not valid in this part.</param>
    public static UrlPatternComponent? Compile(string pattern, string delimiter, string prefix, Func<string, string?> canonicalize)
    {
        if (UrlPatternParser.Parse(pattern, delimiter, prefix, canonicalize) is not { } parts)
        {
            return null;
        }

        if (parts.TrueForAll(static part => part.Regexp is null && part.Modifier == '\0'))
        {
            return new UrlPatternComponent(string.Concat(parts.Select(static part => part.Prefix)), null);
        }

        if (parts is [{ Regexp: UrlPatternPart.Everything, Prefix: "", Suffix: "", Modifier: '\0' }])
        {
            return new UrlPatternComponent(null, null);
        }

        try
        {
            return new UrlPatternComponent(null, new Regex(ToRegex(parts), Linear));
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Whether the whole text matches.</summary>
    public bool Matches(string text) => _regex?.IsMatch(text) ?? (_literal is null || string.Equals(_literal, text, StringComparison.Ordinal));

    private static string ToRegex(List<UrlPatternPart> parts)
    {
        var regex = new StringBuilder("\\A(?:");
        foreach (UrlPatternPart part in parts)
        {
            string modifier = part.Modifier == '\0' ? "" : part.Modifier.ToString();
            string prefix = Regex.Escape(part.Prefix);
            string suffix = Regex.Escape(part.Suffix);
            bool repeats = part.Modifier is '*' or '+';
            if (part.Regexp is null)
            {
                regex.Append(modifier.Length == 0 ? prefix : $"(?:{prefix}){modifier}");
            }
            else if (!repeats || (prefix.Length == 0 && suffix.Length == 0))
            {
                regex.Append(modifier.Length == 0 ? $"{prefix}(?:{part.Regexp}){suffix}" : $"(?:{prefix}(?:{part.Regexp}){suffix}){modifier}");
            }
            else
            {
                regex.Append($"(?:{prefix}(?:{part.Regexp})(?:{suffix}{prefix}(?:{part.Regexp}))*{suffix}){(part.Modifier == '*' ? "?" : "")}");
            }
        }

        return regex.Append(")\\z").ToString();
    }
}
