using System.ComponentModel;

namespace Longwave.Server.Configuration;

/// <summary>One key. What it is itself stands in a file or an environment variable, never in the configuration.</summary>
public sealed class KeyOptions
{
    /// <summary>Its file.</summary>
    [Description("File with the key: a public key or certificate in PEM (RSA, EC), or a shared secret of at least 32 bytes as text (`base64:…` for bytes).")]
    public string? File { get; set; }

    /// <summary>Its environment variable.</summary>
    [Description("Environment variable with the key, instead of a file.")]
    public string? Variable { get; set; }

    /// <summary>Its name.</summary>
    [Description("The `kid` of tokens that are signed with this key. If not set, the hub tries the key for a token with any `kid`.")]
    public string? Kid { get; set; }

    /// <summary>The only algorithms it may be used with.</summary>
    [Description("Accepted signature algorithms. Empty: those of the kind of key: RS256 to PS512, ES256 to ES512 by its curve, or HS256 to HS512 by its length.")]
    public IList<string> Algorithms { get; set; } = [];
}
