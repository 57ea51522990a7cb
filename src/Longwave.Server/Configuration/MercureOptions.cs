using System.ComponentModel;

namespace Longwave.Server.Configuration;

/// <summary>The Mercure protocol at <c>/.well-known/mercure</c>.</summary>
public sealed class MercureOptions
{
    /// <summary>Whether it is spoken.</summary>
    [Description("Speak the Mercure protocol at `/.well-known/mercure`. It opens nothing that the section Auth does not, unless keys, Anonymous or PublicToKnown are set here.")]
    public bool Enabled { get; set; } = true;

    /// <summary>The hub's address.</summary>
    [Description("The hub's address as clients know it, `https://hub.example.com/.well-known/mercure`: the audience of 1.0 tokens, and what relative URL patterns are resolved against. Without it, the address of each request.")]
    public string? PublicUrl { get; set; }

    /// <summary>The keys of publishers.</summary>
    [Description("Keys of tokens that publish (`publisher_jwt`). They need no issuer, and are good at `/.well-known/mercure` only.")]
    public MercureKeysOptions Publisher { get; set; } = new();

    /// <summary>The keys of subscribers.</summary>
    [Description("Keys of tokens that subscribe (`subscriber_jwt`).")]
    public MercureKeysOptions Subscriber { get; set; } = new();

    /// <summary>The issuer of tokens that are signed with these keys.</summary>
    [Description("The claim `iss` that 1.0 tokens signed with these keys must have. Without it, the audience alone binds them to this hub.")]
    public string? Issuer { get; set; }

    /// <summary>Whether a token is needed to read.</summary>
    [Description("Whoever comes without a token may read every update that is not private (`anonymous`).")]
    public bool Anonymous { get; set; }

    /// <summary>Whether a token of the section Auth is enough to read.</summary>
    [Description("Whoever comes with a token or API key of the section Auth may read every update that is not private, as the protocol says. Off: what its grants say. Tokens signed with the keys here always may.")]
    public bool PublicToKnown { get; set; }

    /// <summary>Whose pages may publish with a cookie.</summary>
    [Description("Origins whose pages may publish with a cookie (`publish_origins`); each must stand in `Server:AllowedOrigins` (`cors_origins`), too. The hub's own origin always may.")]
    public IList<string> PublishOrigins { get; set; } = [];

    /// <summary>Another name for the cookie.</summary>
    [Description("Name of the cookie with the token (`cookie_name`). Without it, `mercureAuthorization` and `__Secure-mercure_access_token`.")]
    public string? CookieName { get; set; }

    /// <summary>Whether 0.x tokens may stand in the address.</summary>
    [Description("Take the query parameter `authorization` of 0.x. Proxies write addresses into their logs; 1.0 has no such parameter.")]
    public bool QueryTokens { get; set; } = true;

    /// <summary>Whether subscriptions are told and listed.</summary>
    [Description("Publish an update when a subscription begins or ends, and answer `/.well-known/mercure/subscriptions` (`subscriptions`).")]
    public bool Subscriptions { get; set; }

    /// <summary>Whether there are keys.</summary>
    internal bool HasKeys => Publisher.IsSet || Subscriber.IsSet;

    /// <summary>Whether anything here says who may do what.</summary>
    internal bool AsksWho => Enabled && HasKeys;
}
