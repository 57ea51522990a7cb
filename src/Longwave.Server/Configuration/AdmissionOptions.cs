using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Server.Configuration;

/// <summary>Limits of one client, and the memory limit at which the hub accepts nothing new.</summary>
public sealed class AdmissionOptions
{
    /// <summary>Limits of one address.</summary>
    [Description("Limits of one address: an IPv4 address, or an IPv6 network of Ipv6PrefixLength bits.")]
    public ClientLimits Address { get; set; } = new();

    /// <summary>Limits of one subject.</summary>
    [Description("Limits of one subject (the claim `sub` of a token), from all its addresses together.")]
    public ClientLimits Subject { get; set; } = new();

    /// <summary>Whether addresses of this machine are limited, too.</summary>
    [Description("Limit clients on the hub's own machine too; all clients of unix sockets count as 127.0.0.1. By default they are not limited, so that a load test or a proxy that is not in TrustedProxies works; subjects are always limited.")]
    public bool LimitLoopback { get; set; }

    /// <summary>Prefix length of an IPv6 address that identifies one client, in bits.</summary>
    [Range(32, 128)]
    [Description("Bits of an IPv6 address that identify one client: a network usually assigns a whole /64 to one client.")]
    public int Ipv6PrefixLength { get; set; } = 64;

    /// <summary>Maximum number of TCP connections of one address.</summary>
    [Range(0, 1_000_000)]
    [Description("Maximum number of TCP connections of one address in the web server: opening, sending a request, or being answered. The hub closes further connections before it reads a byte; 0 is unlimited.")]
    public int MaxSocketsPerAddress { get; set; } = 2_000;

    /// <summary>Maximum number of clients with a count of their own.</summary>
    [Range(1, 10_000_000)]
    [Description("Maximum number of addresses, and of subjects, with a count of their own (about 1 KB each). Idle clients are removed first; further clients share one count.")]
    public int MaxClients { get; set; } = 20_000;

    /// <summary>Share of the memory above which the hub accepts nothing new.</summary>
    [Range(0.0, 1.0)]
    [Description("Share of the memory available to this process (the container's limit, `DOTNET_GCHeapHardLimit`, or the machine's memory) above which the hub rejects new streams and publishes with 503; open streams continue. 0 disables the limit.")]
    public double MaxMemoryShare { get; set; } = 0.85;
}
