namespace Longwave.Protocol.Urls;

/// <summary>A token of a pattern string (URL Pattern standard, section 2.1.2).</summary>
/// <param name="Kind">Kind of the token.</param>
/// <param name="Index">Index of its first character.</param>
/// <param name="Value">Its value: a name without its colon, a regular expression without its parentheses, a character.</param>
internal readonly record struct UrlPatternToken(UrlPatternTokenKind Kind, int Index, string Value);
