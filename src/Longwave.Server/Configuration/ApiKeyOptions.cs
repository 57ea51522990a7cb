using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Server.Configuration;

/// <summary>The API key of one service. The hub knows only its hash.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>Name of the key.</summary>
    [Required]
    [RegularExpression("[A-Za-z0-9-]{1,64}")]
    [Description("Name of the key, the middle of `lwk_NAME_SECRET`: letters, digits and hyphens.")]
    public string Id { get; set; } = "";

    /// <summary>Hash of the key.</summary>
    [Required]
    [RegularExpression("[0-9a-fA-F]{64}")]
    [Description("SHA-256 of the whole key, in hexadecimal. The key is random, so it cannot be guessed from its hash.")]
    public string Sha256 { get; set; } = "";

    /// <summary>Subject of the service.</summary>
    [Description("Subject of the service. If not set, the name of the key.")]
    public string? Subject { get; set; }

    /// <summary>Topics that the service may publish to.</summary>
    [Description("What the service may publish to.")]
    public IList<GrantOptions> Publish { get; set; } = [];

    /// <summary>Topics that the service may read.</summary>
    [Description("What the service may read.")]
    public IList<GrantOptions> Subscribe { get; set; } = [];

    /// <summary>Whether the service has the admin role.</summary>
    [Description("May list and close streams of other callers, and revoke tokens.")]
    public bool Admin { get; set; }
}
