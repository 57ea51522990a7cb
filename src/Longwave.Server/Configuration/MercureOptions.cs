using System.ComponentModel;

namespace Longwave.Server.Configuration;

/// <summary>The Mercure protocol at <c>/.well-known/mercure</c>.</summary>
public sealed class MercureOptions
{
    /// <summary>Whether the Mercure protocol is enabled.</summary>
    [Description("Enable the Mercure protocol at `/.well-known/mercure`. It grants no rights beyond the section Auth, unless keys, Anonymous or PublicToKnown are set here.")]
    public bool Enabled { get; set; } = true;

    /// <summary>The hub's public URL.</summary>
    [Description("The hub's public URL, `https://hub.example.com/.well-known/mercure`: the audience of 1.0 tokens, and the base of relative URL patterns. If not set, the URL of each request.")]
    public string? PublicUrl { get; set; }

    /// <summary>The keys of publishers.</summary>
    [Description("Keys of tokens that publish (`publisher_jwt`). They need no issuer, and are valid only at `/.well-known/mercure`.")]
    public MercureKeysOptions Publisher { get; set; } = new();

    /// <summary>The keys of subscribers.</summary>
    [Description("Keys of tokens that subscribe (`subscriber_jwt`).")]
    public MercureKeysOptions Subscriber { get; set; } = new();

    /// <summary>The issuer of tokens that are signed with these keys.</summary>
    [Description("The claim `iss` that 1.0 tokens signed with these keys must have. If not set, only the audience binds them to this hub.")]
    public string? Issuer { get; set; }

    /// <summary>Whether a token is needed to read.</summary>
    [Description("Let anonymous callers read every update that is not private (`anonymous`).")]
    public bool Anonymous { get; set; }

    /// <summary>Whether every token of the section Auth may read updates that are not private.</summary>
    [Description("Let every caller with a token or API key of the section Auth read every update that is not private, as the protocol says. Off: only what its grants allow. Tokens signed with the keys here always may.")]
    public bool PublicToKnown { get; set; }

    /// <summary>Origins whose pages may publish with a cookie.</summary>
    [Description("Origins whose pages may publish with a cookie (`publish_origins`); each must also be in `Server:AllowedOrigins` (`cors_origins`). The hub's own origin is always allowed.")]
    public IList<string> PublishOrigins { get; set; } = [];

    /// <summary>Name of the cookie.</summary>
    [Description("Name of the cookie with the token (`cookie_name`). If not set, `mercureAuthorization` and `__Secure-mercure_access_token`.")]
    public string? CookieName { get; set; }

    /// <summary>Whether 0.x tokens in the URL are accepted.</summary>
    [Description("Accept the query parameter `authorization` of 0.x. Off by default, because proxies write URLs to their logs; 1.0 has no such parameter.")]
    public bool QueryTokens { get; set; } = true;

    /// <summary>Whether subscriptions are announced and listed.</summary>
    [Description("Publish an update when a subscription starts or ends, and serve `/.well-known/mercure/subscriptions` (`subscriptions`).")]
    public bool Subscriptions { get; set; }

    /// <summary>Whether any key is configured.</summary>
    internal bool HasKeys => Publisher.IsSet || Subscriber.IsSet;

    /// <summary>Whether this section grants any right.</summary>
    internal bool RequiresAuthentication => Enabled && HasKeys;
}
