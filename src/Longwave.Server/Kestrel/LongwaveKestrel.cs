using System.Text;
using Longwave.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Longwave.Server.Kestrel;

/// <summary>Settings of the web server that suit a hub.</summary>
public static class LongwaveKestrel
{
    /// <summary>Room for a thousand selectors of ordinary length in one GET.</summary>
    private const int MaxRequestLineBytes = 64 * 1024;

    /// <summary>Room for the attributes of a CloudEvent in binary mode (16 KB, percent-encoded up to three times that).</summary>
    private const int MaxHeadersBytes = 64 * 1024;

    /// <summary>Connections beside the streams: publishers, probes, requests that are refused with a reason instead of a closed door.</summary>
    private const int ConnectionsBesideStreams = 1_000;

    /// <summary>Slowest body and slowest reader of an answer that is no stream; after the grace, in bytes per second.</summary>
    private const double SlowestBytesPerSecond = 240;

    /// <summary>How long a body or a reader may be slower, at its beginning.</summary>
    private static readonly TimeSpan SlownessGrace = TimeSpan.FromSeconds(5);

    /// <summary>An event's id may stand in headers of answers, too, whatever its publisher chose.</summary>
    internal static void SendEventIds(KestrelServerOptions kestrel) => kestrel.ResponseHeaderEncodingSelector =
        static name => name.EndsWith("Last-Event-ID", StringComparison.OrdinalIgnoreCase) || name.Equals("Link", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : null;

    /// <summary>Applies them.</summary>
    /// <param name="kestrel">Kestrel's options.</param>
    /// <param name="options">The hub's options, which the connections follow.</param>
    public static void UseLongwaveLimits(this KestrelServerOptions kestrel, LongwaveOptions options)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        ArgumentNullException.ThrowIfNull(options);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.Engine.Limits.MaxConnections + ConnectionsBesideStreams;
        kestrel.Limits.RequestHeadersTimeout = options.Server.RequestHeadersTimeout;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(SlowestBytesPerSecond, SlownessGrace);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(SlowestBytesPerSecond, SlownessGrace);
        kestrel.Limits.Http2.MaxStreamsPerConnection = options.Server.MaxStreamsPerHttp2Connection;
        kestrel.Limits.MaxRequestLineSize = MaxRequestLineBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeadersBytes;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = MaxHeadersBytes;

        // A last event id is whatever a publisher once chose; bytes that are no UTF-8 must come to us as garbage, not end as a bare 400.
        kestrel.RequestHeaderEncodingSelector =
            name => name.Equals("Last-Event-ID", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : null;
    }
}
