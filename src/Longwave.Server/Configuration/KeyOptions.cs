using System.ComponentModel;

namespace Longwave.Server.Configuration;

/// <summary>One key. The key itself is in a file or an environment variable, never in the configuration.</summary>
public sealed class KeyOptions
{
    /// <summary>File with the key.</summary>
    [Description("File with the key: a public key or certificate in PEM (RSA, EC), or a shared secret of at least 32 bytes as text (`base64:…` for bytes).")]
    public string? File { get; set; }

    /// <summary>Environment variable with the key.</summary>
    [Description("Environment variable with the key, instead of a file.")]
    public string? Variable { get; set; }

    /// <summary>Name of the key.</summary>
    [Description("The `kid` of tokens that are signed with this key. If not set, the hub tries the key for a token with any `kid`.")]
    public string? Kid { get; set; }

    /// <summary>Accepted signature algorithms.</summary>
    [Description("Accepted signature algorithms. Empty: those of the kind of key: RS256 to PS512, ES256 to ES512 by its curve, or HS256 to HS512 by its length.")]
    public IList<string> Algorithms { get; set; } = [];
}
