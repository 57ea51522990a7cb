namespace Longwave.Protocol.Urls;

/// <summary>The kinds of <see cref="UrlPatternToken"/>.</summary>
internal enum UrlPatternTokenKind
{
    /// <summary><c>{</c>.</summary>
    Open,

    /// <summary><c>}</c>.</summary>
    Close,

    /// <summary><c>(…)</c>.</summary>
    Regexp,

    /// <summary><c>:name</c>.</summary>
    Name,

    /// <summary>A literal character.</summary>
    Character,

    /// <summary>A literal character after a backslash.</summary>
    Escaped,

    /// <summary><c>?</c> or <c>+</c>.</summary>
    Modifier,

    /// <summary><c>*</c>.</summary>
    Asterisk,

    /// <summary>The end of the pattern string.</summary>
    End,

    /// <summary>An incomplete or invalid token.</summary>
    Invalid,
}
