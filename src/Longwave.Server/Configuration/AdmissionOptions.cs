using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Server.Configuration;

/// <summary>How much of the hub one client may take, and when the hub takes no more from anybody.</summary>
public sealed class AdmissionOptions
{
    /// <summary>Bounds of one address.</summary>
    [Description("What one address may take: an IPv4 address, or an IPv6 network of Ipv6PrefixLength bits.")]
    public ClientLimits Address { get; set; } = new();

    /// <summary>Bounds of one subject.</summary>
    [Description("What one subject (whoever a token names) may take, from all its addresses together.")]
    public ClientLimits Subject { get; set; } = new();

    /// <summary>Whether addresses of this machine are bounded too.</summary>
    [Description("Bound clients on the hub's own machine too. Off, so that a load test or a proxy that is not in TrustedProxies works; subjects are bounded wherever they are.")]
    public bool LimitLoopback { get; set; }

    /// <summary>How much of an IPv6 address names one client.</summary>
    [Range(32, 128)]
    [Description("Bits of an IPv6 address that name one client: whoever has one address usually has all of its /64.")]
    public int Ipv6PrefixLength { get; set; } = 64;

    /// <summary>Most TCP connections of one address.</summary>
    [Range(0, 1_000_000)]
    [Description("Most TCP connections of one address that are with the web server: opening, sending a request, being answered. More are cut off before a byte of them is read; 0 is no bound.")]
    public int MaxSocketsPerAddress { get; set; } = 2_000;

    /// <summary>Most clients whose use is counted one by one.</summary>
    [Range(1, 10_000_000)]
    [Description("Most addresses, and most subjects, whose use is counted one by one (about 1 KB each). Those that have been idle are forgotten first; clients beyond that share one count.")]
    public int MaxClients { get; set; } = 20_000;

    /// <summary>Share of the memory at which the hub takes no more.</summary>
    [Range(0.0, 1.0)]
    [Description("Share of the memory this process may use (the container's limit, `DOTNET_GCHeapHardLimit`, or the machine's memory) at which new streams and publishes are refused with 503 until it falls again; open streams stay. 0 switches it off.")]
    public double MaxMemoryShare { get; set; } = 0.85;
}
