using System.Text.Json.Serialization.Metadata;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Client.Publishing;
using Longwave.Client.Subscriptions;
using Longwave.Client.Telemetry;

namespace Longwave.Client;

/// <summary>Subscribes to a hub and publishes to it. One for the whole application; safe for any number of threads.</summary>
public sealed class LongwaveClient : IAsyncDisposable
{
    private readonly HubHttp _http;
    private readonly LongwaveClientOptions _options;
    private readonly Publisher _publisher;
    private readonly TelemetryReporter? _telemetry;

    /// <summary>Makes a client with connections of its own.</summary>
    /// <param name="hub">Where the hub is, e.g. <c>http://localhost:8080</c>: the URL below which its <c>/v1</c> begins.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The address is not an absolute http or https URL.</exception>
    public LongwaveClient(string hub, LongwaveClientOptions? options = null)
        : this(ToUri(hub), (Func<HttpClient>?)null, options)
    {
    }

    /// <summary>Makes a client that uses an <see cref="HttpClient"/> of the caller, who disposes of it. Its <see cref="HttpClient.Timeout"/> bounds the time to the first byte of an answer.</summary>
    /// <param name="hub">Where the hub is.</param>
    /// <param name="http">The client for every request.</param>
    /// <param name="options">Null for the defaults.</param>
    public LongwaveClient(Uri hub, HttpClient http, LongwaveClientOptions? options = null)
        : this(hub, () => http, options) => ArgumentNullException.ThrowIfNull(http);

    /// <summary>Makes a client that asks for an <see cref="HttpClient"/> for every request, as an <c>IHttpClientFactory</c> wants it.</summary>
    /// <param name="hub">Where the hub is.</param>
    /// <param name="http">Gives a client; null for connections of its own.</param>
    /// <param name="options">Null for the defaults.</param>
    public LongwaveClient(Uri hub, Func<HttpClient>? http, LongwaveClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(hub);
        if (!hub.IsAbsoluteUri || (hub.Scheme != Uri.UriSchemeHttp && hub.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException($"'{hub}' is not the URL of a hub; one looks like http://localhost:8080.", nameof(hub));
        }

        _options = options ?? new LongwaveClientOptions();
        _options.Publish.Check();
        _http = new HubHttp(hub, http, new TokenSource(_options.TokenProvider), _options.UserAgent, _options.TimeProvider);
        _publisher = new Publisher(_http, _options.NextRandom);
        _telemetry = _options.Telemetry is { } telemetry ? new TelemetryReporter(_http, telemetry) : null;
    }

    /// <summary>Where the hub is.</summary>
    public Uri Hub => _http.Base;

    /// <summary>Events of topics, from now on.</summary>
    /// <param name="selectors">Topics, <c>*</c>, or RFC 6570 templates such as <c>prices/{symbol}</c>.</param>
    public Subscription Subscribe(params string[] selectors) => Subscribe(new SubscriptionOptions { Selectors = selectors });

    /// <summary>Events of topics, with everything that can be said about how.</summary>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public Subscription Subscribe(SubscriptionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new Subscription(_http, options, _telemetry, _options.NextRandom);
    }

    /// <summary>Publishes text. When it returns, the event is in the log.</summary>
    /// <inheritdoc cref="PublishAsync(OutgoingEvent, PublishOptions?, CancellationToken)"/>
    public Task<PublishResult> PublishAsync(string topic, string data, CancellationToken cancellation = default) =>
        PublishAsync(new OutgoingEvent(topic, data), null, cancellation);

    /// <summary>Publishes an object as JSON. When it returns, the event is in the log.</summary>
    /// <inheritdoc cref="PublishAsync(OutgoingEvent, PublishOptions?, CancellationToken)"/>
    public Task<PublishResult> PublishAsync<T>(string topic, T data, JsonTypeInfo<T> type, CancellationToken cancellation = default) =>
        PublishAsync(OutgoingEvent.Json(topic, data, type), null, cancellation);

    /// <summary>Publishes an event. When it returns, the event is in the log, once, however often it was sent.</summary>
    /// <exception cref="LongwaveException">The hub refused, or was away for longer than <see cref="PublishOptions.RetryFor"/>.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled: the event may be in the log or not.</exception>
    public Task<PublishResult> PublishAsync(OutgoingEvent e, PublishOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(e);
        options ??= _options.Publish;
        Uri address = _http.Address("v1/events", [new("topic", e.Topic), new("type", e.Type), new("key", e.Key)]);
        return _publisher.SendAsync(address, e.Data, e.ContentType, options.IdempotencyKey ?? NewKey(), options, cancellation);
    }

    /// <summary>Publishes events together: all of them, in their order, or none.</summary>
    /// <exception cref="ArgumentException">There is no event.</exception>
    /// <exception cref="LongwaveException">As with one event; <c>Failure.Index</c> says which event of the batch was wrong.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled: the events may be in the log or not.</exception>
    public Task<PublishResult> PublishBatchAsync(IReadOnlyList<OutgoingEvent> events, PublishOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count == 0)
        {
            throw new ArgumentException("There is no event to publish.", nameof(events));
        }

        options ??= _options.Publish;
        return _publisher.SendAsync(
            _http.Address("v1/events", []), CloudEventLines.Write(events), "application/x-ndjson", options.IdempotencyKey ?? NewKey(), options, cancellation);
    }

    /// <summary>Publishes events that are encoded already, together: one CloudEvents JSON object a line.</summary>
    /// <param name="lines">The objects; <c>source</c> and <c>id</c> of each are its idempotency key, unless <see cref="PublishOptions.IdempotencyKey"/> is set.</param>
    /// <param name="topic">Topic of those that name none; null for none.</param>
    /// <param name="key">Key of those that have none; null for none.</param>
    /// <param name="options">Null for the client's.</param>
    /// <param name="cancellation">Ends the attempts.</param>
    /// <exception cref="LongwaveException">As with one event; <c>Failure.Index</c> says which event of the batch was wrong.</exception>
    public Task<PublishResult> PublishLinesAsync(
        ReadOnlyMemory<byte> lines, string? topic = null, string? key = null, PublishOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= _options.Publish;
        return _publisher.SendAsync(
            _http.Address("v1/events", [new("topic", topic), new("key", key)]), lines, "application/x-ndjson", options.IdempotencyKey, options, cancellation);
    }

    /// <summary>Posts the last measurements and closes the connections. End the subscriptions first.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_telemetry is not null)
        {
            await _telemetry.DisposeAsync().ConfigureAwait(false);
        }

        _http.Dispose();
    }

    private static string NewKey() => Guid.NewGuid().ToString();

    private static Uri ToUri(string hub)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(hub);
        return Uri.TryCreate(hub, UriKind.Absolute, out Uri? uri)
            ? uri
            : throw new ArgumentException($"'{hub}' is not the URL of a hub; one looks like http://localhost:8080.", nameof(hub));
    }
}
