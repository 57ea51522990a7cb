using System.ComponentModel;

namespace Longwave.Server.Configuration;

/// <summary>What needs no token. Events that are private are never among it.</summary>
public sealed class AnonymousOptions
{
    /// <summary>Where everybody may publish.</summary>
    [Description("What anonymous callers may publish to. Applies to authenticated callers too.")]
    public IList<GrantOptions> Publish { get; set; } = [];

    /// <summary>What everybody may read.</summary>
    [Description("What anonymous callers may read, except private events. Applies to authenticated callers too.")]
    public IList<GrantOptions> Subscribe { get; set; } = [];
}
