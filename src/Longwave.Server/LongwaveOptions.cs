using System.ComponentModel;
using Longwave.Engine;

namespace Longwave.Server;

/// <summary>Everything that can be set about a hub: one section per part.</summary>
public sealed class LongwaveOptions
{
    /// <summary>The log and the fan-out.</summary>
    [Description("The log and the fan-out.")]
    public EngineOptions Engine { get; set; } = new();

    /// <summary>The HTTP surface.</summary>
    [Description("The HTTP surface.")]
    public ServerOptions Server { get; set; } = new();
}
