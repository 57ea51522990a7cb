using System.ComponentModel;

namespace Longwave.Server.Configuration;

/// <summary>The keys of one role.</summary>
public sealed class MercureKeysOptions
{
    /// <summary>Single keys.</summary>
    [Description("Single keys; several during a key rotation.")]
    public IList<KeyOptions> Keys { get; set; } = [];

    /// <summary>URL of a key set.</summary>
    [Description("URL of a key set (JWKS): https, or http on loopback.")]
    public string? JwksUrl { get; set; }

    /// <summary>File with a key set.</summary>
    [Description("File with a key set (JWKS).")]
    public string? JwksFile { get; set; }

    /// <summary>Accepted signature algorithms.</summary>
    [Description("Accepted signature algorithms, e.g. `HS256`. Empty: every algorithm that fits the kind of key.")]
    public IList<string> Algorithms { get; set; } = [];

    /// <summary>Whether any key is configured.</summary>
    internal bool IsSet => Keys.Count > 0 || JwksUrl is not null || JwksFile is not null;

    /// <summary>The keys as options of an issuer without a name.</summary>
    internal IssuerOptions AsIssuer(string name) => new() { Issuer = name, Keys = Keys, JwksUrl = JwksUrl, JwksFile = JwksFile, Algorithms = Algorithms };
}
