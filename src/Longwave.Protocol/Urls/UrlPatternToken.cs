namespace Longwave.Protocol.Urls;

/// <summary>A piece of a pattern string (URL Pattern standard, section 2.1.2).</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Index">Where it begins.</param>
/// <param name="Value">What it means: a name without its colon, a regular expression without its parentheses, a character.</param>
internal readonly record struct UrlPatternToken(UrlPatternTokenKind Kind, int Index, string Value);
