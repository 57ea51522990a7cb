using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Server.Configuration;

/// <summary>Options of the HTTP endpoints; the limits of the hub itself are in <see cref="Longwave.Engine.Configuration.HubLimits"/>.</summary>
public sealed class ServerOptions
{
    /// <summary>Shortest <c>Retry-After</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    [Description("Shortest `Retry-After` of a 503; each response has a random value up to RetryAfterMax, in whole seconds.")]
    public TimeSpan RetryAfterMin { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest <c>Retry-After</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    [Description("Longest `Retry-After` of a 503.")]
    public TimeSpan RetryAfterMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Maximum size, in bytes, of publish bodies in memory before they reach the log's queue.</summary>
    [Range(1024, 16L * 1024 * 1024 * 1024)]
    [Description("Maximum number of bytes of publish bodies that the hub receives at one time, over all requests; at most a quarter of the memory available to the process. It rejects further ones with 503 and Retry-After.")]
    public long MaxReceivingBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>Maximum size, in bytes, of answers in memory for clients that have not received them yet.</summary>
    [Range(1024 * 1024, 16L * 1024 * 1024 * 1024)]
    [Description("Maximum number of bytes of answers that the hub holds in memory for clients that have not received them yet, over all polls, lists and streams; at most a quarter of the memory available to the process. A poll or a list holds 16 KB, and a slow client of an event above 16 KB from storage the rest of that event. The hub rejects further polls and lists with 503 and Retry-After, and ends a stream that would need more; its client reconnects and misses nothing.")]
    public long MaxAnswerBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Maximum size, in bytes, of one poll answer.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    [Description("Bytes of events after which a poll response ends (it always contains at least one event). The next poll returns the rest.")]
    public int MaxPollBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Maximum number of topics of one page of <c>/v1/topics</c>.</summary>
    [Range(1, 100_000)]
    [Description("Maximum number of topics in one response of `/v1/topics`; `next` in the response is the start of the next page.")]
    public int MaxTopicsPerPage { get; set; } = 1_000;

    /// <summary>Maximum number of streams of one page of <c>/v1/connections</c>.</summary>
    [Range(1, 100_000)]
    [Description("Maximum number of streams in one response of `/v1/connections`; `next` in the response is the start of the next page.")]
    public int MaxConnectionsPerPage { get; set; } = 1_000;

    /// <summary>Maximum size, in bytes, of one telemetry post.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    [Description("Maximum number of bytes of one `POST /v1/telemetry`. The hub rejects a larger one with 413.")]
    public int MaxTelemetryBytes { get; set; } = 64 * 1024;

    /// <summary>Maximum number of samples of one telemetry post.</summary>
    [Range(1, 100_000)]
    [Description("Maximum number of samples in one `POST /v1/telemetry`. The hub rejects more with 413.")]
    public int MaxTelemetrySamples { get; set; } = 500;

    /// <summary>Time limit for sending the last bytes of a stream.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    [Description("Time limit for sending the last bytes of a stream that the hub closes, and, when `longwave serve` ends, for the requests that are in progress after the drain. Then the hub aborts the connection.")]
    public TimeSpan EndGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether streams are parked.</summary>
    [Description("Take over the sockets of cleartext HTTP/1.1 streams from the web server (Linux only), which needs a fraction of the memory and time per stream. TLS and HTTP/2 streams are never parked.")]
    public bool ParkStreams { get; set; } = true;

    /// <summary>Maximum number of unsent bytes that the kernel buffers for a client.</summary>
    [Range(4 * 1024, 64 * 1024 * 1024)]
    [Description("Maximum number of unsent bytes that the kernel buffers for a parked stream. At this limit the client is slow: the hub keeps only its position and reads the log again later.")]
    public int MaxUnsentBytes { get; set; } = 16 * 1024;

    /// <summary>Whether the page is served.</summary>
    [Description("Serve the page at `/` that shows topics and events live.")]
    public bool Page { get; set; } = true;

    /// <summary>Host names of the hub.</summary>
    [Description("Host names of the hub: `hub.example.com`, with `:port` for this port only, `*.example.com` for all names below, `*` for any (when a proxy in front checks it). The hub rejects any other `Host` with 421, because an attacker's page can let its own name resolve to the hub (DNS rebinding). `localhost` and IP addresses are always allowed.")]
    public IList<string> AllowedHosts { get; set; } = [];

    /// <summary>Origins whose pages may use the hub.</summary>
    [Description("Origins whose pages may use the hub, as the browser sends them: `https://app.example.com`. `https://*.example.com` allows all names below. App shells and extensions have schemes of their own: `capacitor://localhost`, `chrome-extension://ID`, or `vscode-webview://*` where the host is random. Their pages may send cookies. `*` as the only entry allows every page, without cookies. The hub's own origin is always allowed; the hub rejects pages of any other origin with 403.")]
    public IList<string> AllowedOrigins { get; set; } = [];

    /// <summary>Whether the hub may serve every client beyond loopback.</summary>
    [Description("Serve the hub on addresses that other machines can reach even if it requires no authentication. By default such a start fails. `longwave serve --insecure` sets it.")]
    public bool Insecure { get; set; }

    /// <summary>Proxies whose forwarding headers the hub trusts.</summary>
    [Description("Networks (`10.0.0.0/8`) or addresses of the proxies in front of the hub. The hub accepts the client's address and scheme only from these; limits per address then count the client, not the proxy. The peer of a unix socket is 127.0.0.1.")]
    public IList<string> TrustedProxies { get; set; } = [];

    /// <summary>The forwarding header of trusted proxies.</summary>
    [Description("The header in which trusted proxies send the client's address. The hub reads only this one, because a proxy forwards the other one unchanged from the client.")]
    public ForwardedHeader ForwardedHeader { get; set; }

    /// <summary>Time limit for receiving the headers of a request.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    [Description("Time limit for the handshake of TLS, and for the headers of a request from their first byte (of the first request: from the connection). Then the hub closes the connection.")]
    public TimeSpan RequestHeadersTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time limit of an idle connection.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    [Description("Time after which the hub closes a connection without a request or a stream. Choose it longer than the idle time-out of every proxy in front of the hub, so that the proxy closes first.")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>Longest wait for the body of a request.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    [Description("Longest time, in all, that the hub waits for the body of a publish, because an incomplete body uses a part of MaxReceivingBytes. Then the hub rejects it with 408; after 5 seconds of waiting also a body that is slower than 240 bytes per second. Time in which the hub itself is behind does not count.")]
    public TimeSpan RequestBodyTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Maximum number of streams over one HTTP/2 connection.</summary>
    [Range(1, 10_000)]
    [Description("Maximum number of concurrent requests and streams of one HTTP/2 connection. Clients open another connection for more.")]
    public int MaxStreamsPerHttp2Connection { get; set; } = 100;

    /// <summary>Limits of one client.</summary>
    [Description("Limits of one client, and the memory limit at which the hub accepts nothing new.")]
    public AdmissionOptions Admission { get; set; } = new();
}
