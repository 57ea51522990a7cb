using System.ComponentModel;

namespace Longwave.Server.Configuration;

/// <summary>What needs no token. Events that are private are never among it.</summary>
public sealed class AnonymousOptions
{
    /// <summary>Where everybody may publish.</summary>
    [Description("Where everybody may publish.")]
    public IList<GrantOptions> Publish { get; set; } = [];

    /// <summary>What everybody may read.</summary>
    [Description("What everybody may read, except events that were published as private.")]
    public IList<GrantOptions> Subscribe { get; set; } = [];
}
