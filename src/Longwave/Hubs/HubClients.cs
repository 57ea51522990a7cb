using Longwave.Client;
using Longwave.Terminals;

namespace Longwave.Hubs;

/// <summary>Makes the client that every command uses.</summary>
internal static class HubClients
{
    /// <summary>A client that shows the token of the environment.</summary>
    /// <exception cref="TokenUnreadableException">The file with the token can't be read.</exception>
    public static LongwaveClient Create(HubAddress address, Terminal terminal)
    {
        ArgumentNullException.ThrowIfNull(address);
        var token = new HubToken(terminal.Variable);
        if (token.IsGiven)
        {
            // What is wrong now is a mistake of whoever typed the command; later it is something that passes.
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
