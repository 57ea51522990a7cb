using System.Text;
using System.Text.RegularExpressions;

namespace Longwave.Protocol.Urls;

/// <summary>The pattern of one part of a URL (URL Pattern standard, sections 2.1.4 to 2.1.6), compiled.</summary>
/// <remarks>
/// Matching takes time linear in the text: literals are compared, and everything else is run by the engine of the platform that never goes
/// back (<see cref="RegexOptions.NonBacktracking"/>); what that engine can't run is no pattern here. Safe for any number of threads.
/// </remarks>
internal sealed class UrlPatternComponent
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline;

    private readonly string? _literal;
    private readonly Regex? _regex;

    private UrlPatternComponent(string? literal, Regex? regex) => (_literal, _regex) = (literal, regex);

    /// <summary>Compiles a pattern string; null when it is none.</summary>
    /// <param name="pattern">The pattern string.</param>
    /// <param name="delimiter">What a named group does not cross; empty for nothing.</param>
    /// <param name="prefix">What a group takes to itself from before it; empty for nothing.</param>
    /// <param name="canonicalize">Canonicalizes text that means itself; null when it can't be there.</param>
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

    /// <summary>Whether the text matches as a whole.</summary>
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
