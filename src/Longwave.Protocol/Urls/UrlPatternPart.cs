namespace Longwave.Protocol.Urls;

/// <summary>A part of a parsed pattern string: text, or a group with the text that belongs to it.</summary>
/// <param name="Regexp">What a group takes; null for text.</param>
/// <param name="Prefix">The text itself, or what stands before the group and is repeated with it.</param>
/// <param name="Suffix">What stands after the group and is repeated with it.</param>
/// <param name="Modifier"><c>?</c>, <c>+</c> or <c>*</c>; NUL for none.</param>
internal readonly record struct UrlPatternPart(string? Regexp, string Prefix, string Suffix, char Modifier)
{
    /// <summary>What <c>*</c> takes.</summary>
    public const string Everything = ".*";
}
