using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Server.Configuration;

/// <summary>What an operator can set about the HTTP surface; the bounds of the hub itself are in <see cref="Longwave.Engine.Configuration.HubLimits"/>.</summary>
public sealed class ServerOptions
{
    /// <summary>Shortest <c>Retry-After</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    [Description("Shortest `Retry-After` of a 503; each answer has a random one up to RetryAfterMax, in whole seconds.")]
    public TimeSpan RetryAfterMin { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest <c>Retry-After</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    [Description("Longest `Retry-After` of a 503.")]
    public TimeSpan RetryAfterMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most bytes of publish bodies in memory before they reach the log's queue.</summary>
    [Range(1024, 16L * 1024 * 1024 * 1024)]
    [Description("Most bytes of publish requests that are being received at one time, all together. More are refused with 503 and Retry-After.")]
    public long MaxReceivingBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>Most bytes of one poll answer.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    [Description("Bytes of events after which a poll answer ends (it always holds at least one event). The rest comes with the next poll.")]
    public int MaxPollBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Most topics of one page of <c>/v1/topics</c>.</summary>
    [Range(1, 100_000)]
    [Description("Most topics in one answer of `/v1/topics`; the answer says where the next page begins.")]
    public int MaxTopicsPerPage { get; set; } = 1_000;

    /// <summary>Most streams of one page of <c>/v1/connections</c>.</summary>
    [Range(1, 100_000)]
    [Description("Most streams in one answer of `/v1/connections`; the answer says where the next page begins.")]
    public int MaxConnectionsPerPage { get; set; } = 1_000;

    /// <summary>Most bytes of one telemetry post.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    [Description("Most bytes of one `POST /v1/telemetry`. More are refused with 413.")]
    public int MaxTelemetryBytes { get; set; } = 64 * 1024;

    /// <summary>Most samples of one telemetry post.</summary>
    [Range(1, 100_000)]
    [Description("Most measurements in one `POST /v1/telemetry`. More are refused with 413.")]
    public int MaxTelemetrySamples { get; set; } = 500;

    /// <summary>How long the last bytes of a stream that ends may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    [Description("How long the last bytes of a stream that the hub ends may take to leave, before the connection is cut.")]
    public TimeSpan EndGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether streams are parked.</summary>
    [Description("Take the sockets of cleartext HTTP/1.1 streams over from the web server (Linux only): a fraction of the memory and time per stream. TLS and HTTP/2 are never parked.")]
    public bool ParkStreams { get; set; } = true;

    /// <summary>Most bytes that the kernel takes for a client beyond what is on its way to it.</summary>
    [Range(4 * 1024, 64 * 1024 * 1024)]
    [Description("Bytes that the kernel takes for a parked stream beyond what is on its way to the client. At the limit the client is slow: it costs a cursor and reads the log later.")]
    public int MaxUnsentBytes { get; set; } = 16 * 1024;

    /// <summary>Whether the page is there.</summary>
    [Description("Serve the page at `/` that shows topics and events live.")]
    public bool Page { get; set; } = true;

    /// <summary>Names of the hub.</summary>
    [Description("Names by which the hub may be addressed: `hub.example.com`, with `:port` for this port only, `*.example.com` for all names below, `*` for any (when a proxy in front has checked it). Any other `Host` is refused with 421, because a page could have a name of its own resolve to the hub (DNS rebinding). `localhost` and IP addresses are always ours.")]
    public IList<string> AllowedHosts { get; set; } = [];

    /// <summary>Origins whose pages may use the hub.</summary>
    [Description("Origins whose pages may use the hub, written as the browser does: `https://app.example.com`. They may send cookies. `*` alone stands for every page, without cookies. The hub's own origin is always allowed; pages of any other are refused with 403.")]
    public IList<string> AllowedOrigins { get; set; } = [];

    /// <summary>Proxies that may speak for others.</summary>
    [Description("Networks (`10.0.0.0/8`) or addresses of the proxies in front of the hub. Only what these say about the client and its scheme is believed; limits per address then count the client, not the proxy.")]
    public IList<string> TrustedProxies { get; set; } = [];

    /// <summary>The header that those proxies write.</summary>
    [Description("The header in which trusted proxies say whom they serve. Only this one is read: a proxy passes on unchanged what a client put into the other.")]
    public ForwardedHeader ForwardedHeader { get; set; }

    /// <summary>How long the headers of a request may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    [Description("How long a client may take from its connection (or from the end of its last request) until the headers of a request are complete. Then the connection is closed.")]
    public TimeSpan RequestHeadersTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the body of a publish may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    [Description("How long the body of a publish may take, however steadily it comes: until it is complete it takes room from everybody's MaxReceivingBytes. Then it is refused with 408.")]
    public TimeSpan RequestBodyTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most streams over one HTTP/2 connection.</summary>
    [Range(1, 10_000)]
    [Description("Most requests and streams at one time over one HTTP/2 connection. Clients open another connection for more.")]
    public int MaxStreamsPerHttp2Connection { get; set; } = 100;

    /// <summary>How much one client may take.</summary>
    [Description("How much of the hub one client may take, and when the hub takes no more from anybody.")]
    public AdmissionOptions Admission { get; set; } = new();
}
