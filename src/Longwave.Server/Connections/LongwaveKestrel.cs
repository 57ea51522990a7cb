using System.Text;
using Longwave.Engine;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Longwave.Server.Connections;

/// <summary>Settings of the web server that suit a hub.</summary>
public static class LongwaveKestrel
{
    /// <summary>Room for a thousand selectors of ordinary length in one GET.</summary>
    private const int MaxRequestLineBytes = 64 * 1024;

    /// <summary>Room for the attributes of a CloudEvent in binary mode (16 KB, percent-encoded up to three times that).</summary>
    private const int MaxHeadersBytes = 64 * 1024;

    /// <summary>Connections beside the streams: publishers, probes, requests that are refused with a reason instead of a closed door.</summary>
    private const int ConnectionsBesideStreams = 1_000;

    /// <summary>Applies them.</summary>
    /// <param name="kestrel">Kestrel's options.</param>
    /// <param name="limits">The hub's limits, which the connections follow.</param>
    public static void UseLongwaveLimits(this KestrelServerOptions kestrel, HubLimits limits)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        ArgumentNullException.ThrowIfNull(limits);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = limits.MaxConnections + ConnectionsBesideStreams;
        kestrel.Limits.MaxRequestLineSize = MaxRequestLineBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeadersBytes;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = MaxHeadersBytes;

        // A last event id is whatever a publisher once chose; bytes that are no UTF-8 must come to us as garbage, not end as a bare 400.
        kestrel.RequestHeaderEncodingSelector =
            name => name.Equals("Last-Event-ID", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : null;
    }
}
