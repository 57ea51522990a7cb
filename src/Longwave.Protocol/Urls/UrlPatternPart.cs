namespace Longwave.Protocol.Urls;

/// <summary>A part of a parsed pattern string: literal text, or a group with its prefix and suffix.</summary>
/// <param name="Regexp">Regular expression of a group; null for text.</param>
/// <param name="Prefix">The text itself, or the text before the group that repeats with it.</param>
/// <param name="Suffix">The text after the group that repeats with it.</param>
/// <param name="Modifier">Modifier <c>?</c>, <c>+</c> or <c>*</c>; NUL for none.</param>
internal readonly record struct UrlPatternPart(string? Regexp, string Prefix, string Suffix, char Modifier)
{
    /// <summary>Regular expression of <c>*</c>.</summary>
    public const string Everything = ".*";
}
