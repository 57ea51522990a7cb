using System.Text;
using Longwave.Server.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Longwave.Server.Kestrel;

/// <summary>Settings of the web server for a hub.</summary>
public static class LongwaveKestrel
{
    /// <summary>Longest request line, in bytes: enough for a thousand selectors of usual length in one GET.</summary>
    private const int MaxRequestLineBytes = 64 * 1024;

    /// <summary>Maximum size, in bytes, of request headers: enough for the attributes of a CloudEvent in binary mode (16 KB, up to three times that percent-encoded).</summary>
    private const int MaxHeadersBytes = 64 * 1024;

    /// <summary>Connections beyond the streams: for publishers, probes, and requests that the hub rejects with a reason.</summary>
    private const int ConnectionsBesideStreams = 1_000;

    /// <summary>
    /// Minimum rate of a response that is not a stream, and of a body that another endpoint of the application reads, after the grace period, in bytes
    /// per second.
    /// </summary>
    private const double SlowestBytesPerSecond = 240;

    /// <summary>Grace period at the start of a body or a response, during which it may be slower.</summary>
    private static readonly TimeSpan SlownessGrace = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Rejects, on every path of the application, HTTP/1 requests whose end another server could find elsewhere. The hub's endpoints reject them in any case. Call it before
    /// other middleware.
    /// </summary>
    /// <param name="application">The application.</param>
    /// <returns>The same application.</returns>
    public static IApplicationBuilder UseStrictFraming(this IApplicationBuilder application)
    {
        ArgumentNullException.ThrowIfNull(application);
        return application.Use(application.ApplicationServices.GetRequiredService<StrictFraming>().Guard);
    }

    /// <summary>Applies the settings.</summary>
    /// <param name="kestrel">Kestrel's options.</param>
    /// <param name="options">The hub's options, which determine the limits of connections.</param>
    public static void UseLongwaveLimits(this KestrelServerOptions kestrel, LongwaveOptions options)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        ArgumentNullException.ThrowIfNull(options);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.Engine.Limits.MaxConnections + ConnectionsBesideStreams;
        kestrel.Limits.RequestHeadersTimeout = options.Server.RequestHeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = options.Server.KeepAliveTimeout;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(SlowestBytesPerSecond, SlownessGrace);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(SlowestBytesPerSecond, SlownessGrace);
        kestrel.Limits.Http2.MaxStreamsPerConnection = options.Server.MaxStreamsPerHttp2Connection;
        kestrel.Limits.MaxRequestLineSize = MaxRequestLineBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeadersBytes;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = MaxHeadersBytes;

        // A proxy that does not take a bare line feed for the end of a line finds the end of a request elsewhere. The switch is of the process.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);

        // The length decides where a request ends, so the strict reader comes before an encoding of the application; for other headers, its encodings
        // stay. The web server rejects invalid UTF-8 with a bare 400. Decode leniently: an unknown last event id must get a reset in the stream.
        Func<string, Encoding?> request = kestrel.RequestHeaderEncodingSelector;
        kestrel.RequestHeaderEncodingSelector = name =>
            name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ? StrictDigits.Instance
            : request(name) ?? (name.Equals("Last-Event-ID", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : null);

        // Response headers that can contain an event id, because publishers may choose any characters.
        Func<string, Encoding?> response = kestrel.ResponseHeaderEncodingSelector;
        kestrel.ResponseHeaderEncodingSelector = name => response(name)
            ?? (name.EndsWith("Last-Event-ID", StringComparison.OrdinalIgnoreCase) || name.Equals("Link", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : null);
    }
}
