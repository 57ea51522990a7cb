using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Longwave.Engine.Access;
using Longwave.Protocol.Selectors;

namespace Longwave.Server.Configuration;

/// <summary>One grant: topics and event types.</summary>
public sealed class GrantOptions
{
    /// <summary>Topics of the grant.</summary>
    [Required]
    [Description("Topics of the grant: an exact topic, `*`, a glob such as `prices/*`, or a URI template such as `prices/{symbol}`.")]
    public string Topic { get; set; } = "";

    /// <summary>Event types of the grant.</summary>
    [Description("Event types of the grant; `message` means events without a type. Empty means every type.")]
    public IList<string> Types { get; set; } = [];

    /// <summary>The grants of checked options.</summary>
    internal static IReadOnlyList<Grant> Read(IEnumerable<GrantOptions> grants) =>
        [.. grants.Select(static grant => new Grant(Parse(grant.Topic), [.. grant.Types]))];

    private static Selector Parse(string topic) => Selector.TryParse(topic, out Selector? selector, out string? error)
        ? selector
        : throw new ArgumentException($"`{topic}` is not a selector: {error}", nameof(topic));
}
