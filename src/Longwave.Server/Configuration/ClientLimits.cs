using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Server.Configuration;

/// <summary>Limits of one client. A rate and its burst form a token bucket: the burst at once, then the rate.</summary>
public sealed class ClientLimits
{
    /// <summary>Largest number of requests that one request counts as, and so the smallest burst.</summary>
    internal const int LargestRequestCost = 10;

    /// <summary>Maximum number of open streams.</summary>
    [Range(0, 1_000_000)]
    [Description("Maximum number of open streams of one client, including waiting polls. The hub rejects further ones with 429 and Retry-After; 0 is unlimited.")]
    public int MaxStreams { get; set; } = 1_000;

    /// <summary>Part of the answers that one client may leave unread.</summary>
    [Range(0.0, 1.0)]
    [Description("Part of Server:MaxAnswerBytes that answers of one client may hold while it has not received them. The hub rejects its further polls with 429 and Retry-After, and ends a stream that would need more; its client reconnects and misses nothing. 1 is all of it.")]
    public double MaxAnswerShare { get; set; } = 0.25;

    /// <summary>Streams and polls opened per second.</summary>
    [Range(0, 1_000_000)]
    [Description("Streams and polls that one client may open per second, on average. The hub rejects further ones with 429 and Retry-After; 0 is unlimited.")]
    public int StreamsPerSecond { get; set; } = 100;

    /// <summary>Streams and polls opened at once.</summary>
    [Range(1, 1_000_000)]
    [Description("Streams and polls that one client may open at once, before StreamsPerSecond applies.")]
    public int StreamBurst { get; set; } = 1_000;

    /// <summary>Requests per second to endpoints other than events.</summary>
    [Range(0, 1_000_000)]
    [Description("Requests to other endpoints than events and health that one client may send per second, on average. A renewal or a ticket counts as 5; a list, a revocation or a page of topics as 10. The hub rejects further ones with 429 and Retry-After; 0 is unlimited. `/healthz` and `/readyz` have no limit.")]
    public int RequestsPerSecond { get; set; } = 200;

    /// <summary>Requests at once to endpoints other than events.</summary>
    [Range(LargestRequestCost, 1_000_000)]
    [Description("Requests that one client may send at once, before RequestsPerSecond applies.")]
    public int RequestBurst { get; set; } = 2_000;

    /// <summary>Events published per second.</summary>
    [Range(0, 100_000_000)]
    [Description("Events that one client may publish per second, on average. The hub rejects further ones with 429 and Retry-After; 0 is unlimited.")]
    public int EventsPerSecond { get; set; } = 20_000;

    /// <summary>Events published at once.</summary>
    [Range(1, 100_000_000)]
    [Description("Events that one client may publish at once, before EventsPerSecond applies; at least Engine:Limits:MaxRequestEvents.")]
    public int EventBurst { get; set; } = 40_000;

    /// <summary>Bytes published per second.</summary>
    [Range(0, 2_000_000_000)]
    [Description("Bytes of publish bodies that one client may send per second, on average. The hub rejects further ones with 429 and Retry-After; 0 is unlimited.")]
    public int BytesPerSecond { get; set; } = 32 * 1024 * 1024;

    /// <summary>Bytes published at once.</summary>
    [Range(1, 2_000_000_000)]
    [Description("Bytes of publish bodies that one client may send at once, before BytesPerSecond applies; at least Engine:Limits:MaxRequestBytes.")]
    public int ByteBurst { get; set; } = 64 * 1024 * 1024;
}
