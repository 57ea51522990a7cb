using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Longwave.Client.Connections;

namespace Longwave.Client.Subscriptions;

/// <summary>Creates the requests of a subscription.</summary>
internal sealed class EventsRequest(HubHttp http, SubscriptionOptions options)
{
    /// <summary>
    /// Maximum length of a query in characters. Many servers and proxies accept 8,000 bytes for the whole request line; a longer query is sent in the body of a
    /// <c>QUERY</c> request (protocol section 8.1).
    /// </summary>
    internal const int MaxQueryLength = 4_000;

    private static readonly HttpMethod QueryMethod = new("QUERY");

    public SubscriptionOptions Options => options;

    /// <summary>Whether the request goes to the hub itself. The client sends the hub's token to no other origin.</summary>
    public bool IsOfHub => options.Address is not { IsAbsoluteUri: true } other
        || Uri.Compare(other, http.Base, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>Creates a request for the events after a position.</summary>
    /// <param name="media">Media type to accept.</param>
    /// <param name="lastEventId">The position; null for none.</param>
    /// <param name="wait">For polls: how long the hub may hold the request until an event arrives.</param>
    public HttpRequestMessage Make(string media, string? lastEventId, TimeSpan? wait = null)
    {
        // HTTP headers carry ASCII. The client's own handler is set up to send UTF-8; a handler of the caller may not be.
        bool inHeader = lastEventId is not null && (options.Address is not null || lastEventId.All(char.IsAscii));
        HttpRequestMessage request = options.Address is { } other
            ? new HttpRequestMessage(HttpMethod.Get, new Uri(http.Base, other))
            : OfHub(HubHttp.Encode(Query(inHeader ? null : lastEventId, wait)));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(media));
        request.Headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        if (inHeader)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        return request;
    }

    private HttpRequestMessage OfHub(string query) => query.Length <= MaxQueryLength
        ? new HttpRequestMessage(HttpMethod.Get, new Uri(http.Base, "v1/events?" + query))
        : new HttpRequestMessage(QueryMethod, new Uri(http.Base, "v1/events")) { Content = new StringContent(query, Encoding.UTF8, "application/x-www-form-urlencoded") };

    private IEnumerable<KeyValuePair<string, string?>> Query(string? lastEventId, TimeSpan? wait) =>
    [
        .. options.Selectors.Select(static s => KeyValuePair.Create<string, string?>("topic", s)),
        .. options.Types.Select(static t => KeyValuePair.Create<string, string?>("type", t)),
        new("since", options.Since),
        new("format", options.Format == SubscriptionFormat.CloudEvents ? "cloudevents" : null),
        new("fields", options.Format == SubscriptionFormat.Raw && wait is null ? "topic" : null),
        new("last_event_id", lastEventId),
        new("wait", wait is { } longest ? ((int)longest.TotalSeconds).ToString(CultureInfo.InvariantCulture) : null),
        new("max_rate", wait is null ? options.MaxRate?.ToString(CultureInfo.InvariantCulture) : null),
        new("conflate", options.Conflate && wait is null ? "key" : null),
    ];
}
