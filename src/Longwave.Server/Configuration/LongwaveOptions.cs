using System.ComponentModel;
using Longwave.Engine.Configuration;

namespace Longwave.Server.Configuration;

/// <summary>All options of a hub, one section per part.</summary>
public sealed class LongwaveOptions
{
    /// <summary>The event log and the delivery of events.</summary>
    [Description("The event log and the delivery of events.")]
    public EngineOptions Engine { get; set; } = new();

    /// <summary>The HTTP endpoints.</summary>
    [Description("The HTTP endpoints.")]
    public ServerOptions Server { get; set; } = new();

    /// <summary>Authentication and rights.</summary>
    [Description("Authentication and rights. With no issuer, no API key and no anonymous rights, the hub requires no authentication.")]
    public AuthOptions Auth { get; set; } = new();

    /// <summary>The Mercure protocol.</summary>
    [Description("The Mercure protocol at `/.well-known/mercure`.")]
    public MercureOptions Mercure { get; set; } = new();

    /// <summary>Whether the hub requires authentication.</summary>
    public bool RequiresAuthentication => Auth.IsOn || Mercure.RequiresAuthentication;
}
