using Longwave.Client;

namespace Longwave.Hubs;

/// <summary>Makes the client that every command uses.</summary>
internal static class HubClients
{
    public static LongwaveClient Create(HubAddress address, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(address);
        return new LongwaveClient(address.ToString(), new LongwaveClientOptions { TimeProvider = clock, UserAgent = "longwave-cli" });
    }
}
