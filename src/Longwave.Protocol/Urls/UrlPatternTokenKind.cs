namespace Longwave.Protocol.Urls;

/// <summary>The sorts of <see cref="UrlPatternToken"/>.</summary>
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

    /// <summary>A character that means itself.</summary>
    Character,

    /// <summary>A character that means itself because of the backslash before it.</summary>
    Escaped,

    /// <summary><c>?</c> or <c>+</c>.</summary>
    Modifier,

    /// <summary><c>*</c>.</summary>
    Asterisk,

    /// <summary>The end.</summary>
    End,

    /// <summary>Something that begins like one of the others and is none.</summary>
    Invalid,
}
