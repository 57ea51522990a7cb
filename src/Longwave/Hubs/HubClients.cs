using Longwave.Client;
using Longwave.Terminals;

namespace Longwave.Hubs;

/// <summary>Makes the client that every command uses.</summary>
internal static class HubClients
{
    public static LongwaveClient Create(HubAddress address, Terminal terminal)
    {
        ArgumentNullException.ThrowIfNull(address);
        var token = new HubToken(terminal.Variable);
        return new LongwaveClient(address.ToString(), new LongwaveClientOptions
        {
            TimeProvider = terminal.Clock,
            UserAgent = "longwave-cli",
            TokenProvider = token.IsGiven ? _ => new ValueTask<string>(token.Read()) : null,
        });
    }
}
