using System.ComponentModel;
using Longwave.Engine.Configuration;

namespace Longwave.Server.Configuration;

/// <summary>Everything that can be set about a hub: one section per part.</summary>
public sealed class LongwaveOptions
{
    /// <summary>The log and the fan-out.</summary>
    [Description("The event log and the delivery of events.")]
    public EngineOptions Engine { get; set; } = new();

    /// <summary>The HTTP surface.</summary>
    [Description("The HTTP endpoints.")]
    public ServerOptions Server { get; set; } = new();

    /// <summary>Who may do what.</summary>
    [Description("Authentication and rights. With no issuer, no API key and no anonymous rights, the hub requires no authentication.")]
    public AuthOptions Auth { get; set; } = new();

    /// <summary>The Mercure protocol.</summary>
    [Description("The Mercure protocol at `/.well-known/mercure`.")]
    public MercureOptions Mercure { get; set; } = new();

    /// <summary>Whether anybody is asked who he is.</summary>
    public bool AsksWho => Auth.IsOn || Mercure.AsksWho;
}
