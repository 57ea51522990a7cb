namespace Longwave.Protocol.Selectors;

/// <summary>How a selector finds topics.</summary>
public enum SelectorKind
{
    /// <summary>The topic of the same text.</summary>
    Exact,

    /// <summary>Every topic.</summary>
    Any,

    /// <summary>Every topic that the URI template can expand to.</summary>
    Template,

    /// <summary>Every topic that is a URL, as it stands or relative to the hub's, and matches the URL pattern.</summary>
    UrlPattern,
}
