using System.ComponentModel;

namespace Longwave.Server.Configuration;

/// <summary>Rights of every caller, without a token. They never include reading private events.</summary>
public sealed class AnonymousOptions
{
    /// <summary>Topics that every caller may publish to.</summary>
    [Description("What anonymous callers may publish to. Applies to authenticated callers too.")]
    public IList<GrantOptions> Publish { get; set; } = [];

    /// <summary>Topics that every caller may read.</summary>
    [Description("What anonymous callers may read, except private events. Applies to authenticated callers too.")]
    public IList<GrantOptions> Subscribe { get; set; } = [];
}
