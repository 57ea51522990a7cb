using Longwave.Client;
using Longwave.Terminals;

namespace Longwave.Hubs;

/// <summary>Creates the client that all commands use.</summary>
internal static class HubClients
{
    /// <summary>Creates a client that authenticates with the token of the environment.</summary>
    /// <exception cref="TokenUnreadableException">The token file cannot be read.</exception>
    public static LongwaveClient Create(HubAddress address, Terminal terminal)
    {
        ArgumentNullException.ThrowIfNull(address);
        var token = new HubToken(terminal.Variable);
        if (token.IsGiven)
        {
            // Read once now: at the start an unreadable file is a usage error, later it is a transient failure.
            token.Read();
        }

        return new LongwaveClient(address.ToString(), new LongwaveClientOptions
        {
            TimeProvider = terminal.Clock,
            UserAgent = "longwave-cli",
            TokenProvider = token.IsGiven ? _ => new ValueTask<string>(token.Read()) : null,
        });
    }
}
