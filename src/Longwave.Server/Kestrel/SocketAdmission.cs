using System.Net;
using System.Runtime.InteropServices;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Kestrel;

/// <summary>Limits the connections of one address before a byte is read, so that half-open requests and handshakes of one client do not exclude others.</summary>
/// <remarks>Trusted proxies are not counted, because each carries many clients. An address has a count only while it has a connection, so the table needs no limit of its own.</remarks>
internal sealed partial class SocketAdmission(LongwaveOptions options, ClientAddresses clients, TimeProvider clock, ILogger<SocketAdmission> logger)
{
    /// <summary>Shortest time between two log messages about rejected connections.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly AdmissionOptions _options = options.Server.Admission;

    private readonly LogThrottle _refused = new(LogInterval, clock);

    /// <summary>Guards the counts.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<AddressKey, int> _open = [];

    /// <summary>Counts the connection while <paramref name="next"/> runs, or aborts it.</summary>
    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        // A connection without an IP address is local (a unix socket), and counts as loopback as in ClientAddresses.
        IPAddress address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.Loopback;
        if (!IsCounted(address))
        {
            await next(connection);
            return;
        }

        AddressKey key = AddressKey.Of(address, _options.Ipv6PrefixLength);
        if (!TryEnter(key, address))
        {
            connection.Abort(new ConnectionAbortedException("This address has too many connections."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(key);
        }
    }

    private bool IsCounted(IPAddress address) =>
        _options.MaxSocketsPerAddress > 0
        && (_options.LimitLoopback || !IPAddress.IsLoopback(ClientAddresses.Plain(address)))
        && !clients.IsTrusted(address);

    private bool TryEnter(AddressKey key, IPAddress address)
    {
        lock (_lock)
        {
            ref int open = ref CollectionsMarshal.GetValueRefOrAddDefault(_open, key, out _);
            if (open < _options.MaxSocketsPerAddress)
            {
                open++;
                return true;
            }
        }

        if (_refused.TryTake(out long refused))
        {
            LogRefused(refused, address, _options.MaxSocketsPerAddress);
        }

        return false;
    }

    private void Leave(AddressKey key)
    {
        lock (_lock)
        {
            ref int open = ref CollectionsMarshal.GetValueRefOrNullRef(_open, key);
            if (--open == 0)
            {
                _open.Remove(key);
            }
        }
    }

    [LoggerMessage(EventId = 2310, Level = LogLevel.Warning, Message = "Connections closed because one address is limited to {Most} (Server:Admission:MaxSocketsPerAddress): {Count}, the last from {Address}")]
    private partial void LogRefused(long count, IPAddress address, int most);
}
