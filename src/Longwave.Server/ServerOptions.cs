using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Server;

/// <summary>What an operator can set about the HTTP surface; the bounds of the hub itself are in <see cref="Longwave.Engine.HubLimits"/>.</summary>
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
    public int MaxUnsentBytes { get; set; } = 128 * 1024;

    /// <summary>Whether the page is there.</summary>
    [Description("Serve the page at `/` that shows topics and events live.")]
    public bool Page { get; set; } = true;
}
