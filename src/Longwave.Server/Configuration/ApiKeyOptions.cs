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
    [Description("SHA-256 of the whole key, in hexadecimal. The key is random, so it cannot be guessed from its hash.")]
    public string Sha256 { get; set; } = "";

    /// <summary>Who the service is.</summary>
    [Description("Subject of the service. If not set, the name of the key.")]
    public string? Subject { get; set; }

    /// <summary>Where it may publish.</summary>
    [Description("What the service may publish to.")]
    public IList<GrantOptions> Publish { get; set; } = [];

    /// <summary>What it may read.</summary>
    [Description("What the service may read.")]
    public IList<GrantOptions> Subscribe { get; set; } = [];

    /// <summary>Whether it administers.</summary>
    [Description("May list and close streams of other callers, and revoke tokens.")]
    public bool Admin { get; set; }
}
