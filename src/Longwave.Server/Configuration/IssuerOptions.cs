using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Server.Configuration;

/// <summary>One issuer of tokens and the sources of its keys. At least one source is required; several are combined.</summary>
public sealed class IssuerOptions
{
    /// <summary>The claim <c>iss</c>.</summary>
    [Required]
    [Description("The exact claim `iss` of its tokens.")]
    public string Issuer { get; set; } = "";

    /// <summary>The claim <c>aud</c>.</summary>
    [Description("Accepted audiences (the claim `aud`); a token needs one of them. At least one is required.")]
    public IList<string> Audiences { get; set; } = [];

    /// <summary>Whether keys are found through OpenID Connect discovery.</summary>
    [Description("Get the keys through OpenID Connect discovery, at `Issuer` + `/.well-known/openid-configuration`.")]
    public bool Discovery { get; set; }

    /// <summary>URL of its key set.</summary>
    [Description("URL of its key set (JWKS): https, or http on loopback.")]
    public string? JwksUrl { get; set; }

    /// <summary>File with its key set.</summary>
    [Description("File with its key set (JWKS). It must contain only public keys.")]
    public string? JwksFile { get; set; }

    /// <summary>Single keys.</summary>
    [Description("Single keys.")]
    public IList<KeyOptions> Keys { get; set; } = [];

    /// <summary>Accepted signature algorithms.</summary>
    [Description("Accepted signature algorithms of this issuer, e.g. `ES256`. Empty: every algorithm that fits the kind of key, limited by the `alg` of a key set.")]
    public IList<string> Algorithms { get; set; } = [];
}
