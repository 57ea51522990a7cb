using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Server.Configuration;

/// <summary>One issuer of tokens, and where its keys are. At least one source of keys must be given; several are taken together.</summary>
public sealed class IssuerOptions
{
    /// <summary>The claim <c>iss</c>.</summary>
    [Required]
    [Description("The claim `iss` of its tokens, exactly.")]
    public string Issuer { get; set; } = "";

    /// <summary>The claim <c>aud</c>.</summary>
    [Description("Who its tokens must be for (the claim `aud`); one of these is enough. At least one.")]
    public IList<string> Audiences { get; set; } = [];

    /// <summary>Whether keys are found through OpenID Connect discovery.</summary>
    [Description("Find the keys through OpenID Connect discovery, at `Issuer` + `/.well-known/openid-configuration`.")]
    public bool Discovery { get; set; }

    /// <summary>Where its key set is.</summary>
    [Description("Address of its key set (JWKS). https, except on this machine.")]
    public string? JwksUrl { get; set; }

    /// <summary>File with its key set.</summary>
    [Description("File with its key set (JWKS). Public keys only, like all key sets.")]
    public string? JwksFile { get; set; }

    /// <summary>Single keys.</summary>
    [Description("Keys that are given one by one.")]
    public IList<KeyOptions> Keys { get; set; } = [];

    /// <summary>The only algorithms that count.</summary>
    [Description("The only algorithms that count for this issuer, e.g. `ES256`. Empty: whatever fits the kind of key; a key set's `alg` narrows that.")]
    public IList<string> Algorithms { get; set; } = [];
}
