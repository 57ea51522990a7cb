using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Server.Configuration;

/// <summary>The key of one service. The hub knows its hash alone.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>Its name.</summary>
    [Required]
    [RegularExpression("[A-Za-z0-9-]{1,64}")]
    [Description("Name of the key, the middle of `lwk_NAME_SECRET`: letters, digits and hyphens.")]
    public string Id { get; set; } = "";

    /// <summary>Its hash.</summary>
    [Required]
    [RegularExpression("[0-9a-fA-F]{64}")]
    [Description("SHA-256 of the whole key, in hex. The key itself is random, so that its hash can't be guessed backwards.")]
    public string Sha256 { get; set; } = "";

    /// <summary>Who the service is.</summary>
    [Description("Subject of the service; without it, the name of the key.")]
    public string? Subject { get; set; }

    /// <summary>Where it may publish.</summary>
    [Description("Where it may publish.")]
    public IList<GrantOptions> Publish { get; set; } = [];

    /// <summary>What it may read.</summary>
    [Description("What it may read.")]
    public IList<GrantOptions> Subscribe { get; set; } = [];

    /// <summary>Whether it administers.</summary>
    [Description("May look at and end the streams of others, and revoke.")]
    public bool Admin { get; set; }
}
