namespace Longwave.Protocol.Selectors;

/// <summary>How a selector matches topics.</summary>
public enum SelectorKind
{
    /// <summary>Matches the topic with the same text.</summary>
    Exact,

    /// <summary>Matches every topic.</summary>
    Any,

    /// <summary>Matches every topic that the URI template can expand to.</summary>
    Template,

    /// <summary>Matches every topic that is a URL, absolute or relative to the hub's URL, and matches the URL pattern.</summary>
    UrlPattern,

    /// <summary>Matches every topic with the shape of the glob: <c>*</c> is any characters except <c>/</c>, <c>**</c> any number of parts between <c>/</c>.</summary>
    Glob,
}
