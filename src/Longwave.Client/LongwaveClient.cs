using System.Text.Json.Serialization.Metadata;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Client.Publishing;
using Longwave.Client.Subscriptions;
using Longwave.Client.Telemetry;

namespace Longwave.Client;

/// <summary>Subscribes to a hub and publishes to it. Thread-safe; use one instance for the whole application.</summary>
public sealed class LongwaveClient : IAsyncDisposable
{
    private readonly HubHttp _http;
    private readonly LongwaveClientOptions _options;
    private readonly Publisher _publisher;
    private readonly TelemetryReporter? _telemetry;

    /// <summary>Creates a client with its own connections.</summary>
    /// <param name="hub">Base URL of the hub, to which <c>/v1</c> is appended, e.g. <c>http://localhost:8080</c>; or <c>http://unix:</c> and the absolute path of a unix
    /// socket, e.g. <c>http://unix:/run/longwave/hub.sock</c> (not in browsers).</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <exception cref="ArgumentException">The address is not an absolute http or https URL.</exception>
    /// <exception cref="PlatformNotSupportedException">The address is a unix socket, and this is a browser.</exception>
    public LongwaveClient(string hub, LongwaveClientOptions? options = null)
        : this(ToUri(hub), (Func<HttpClient>?)null, options)
    {
    }

    /// <summary>
    /// Creates a client that uses the caller's <see cref="HttpClient"/> and does not dispose it. Its <see cref="HttpClient.Timeout"/> limits the time to the
    /// response headers.
    /// </summary>
    /// <remarks>
    /// Set <c>AllowAutoRedirect</c> of its handler to false: this client then follows redirects itself, with the method of the request and, within the origin, with the
    /// token, which the handler removes.
    /// </remarks>
    /// <param name="hub">Base URL of the hub.</param>
    /// <param name="http">Client for every request.</param>
    /// <param name="options">Options; null for the defaults.</param>
    public LongwaveClient(Uri hub, HttpClient http, LongwaveClientOptions? options = null)
        : this(hub, () => http, options) => ArgumentNullException.ThrowIfNull(http);

    /// <summary>Creates a client that requests an <see cref="HttpClient"/> for each request, as <c>IHttpClientFactory</c> requires.</summary>
    /// <param name="hub">Base URL of the hub. A unix socket needs the client's own connections.</param>
    /// <param name="http">Returns a client; null to let the client create its own connections.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <exception cref="ArgumentException">The address is not an absolute http or https URL, or is a unix socket although the caller provides the connections.</exception>
    public LongwaveClient(Uri hub, Func<HttpClient>? http, LongwaveClientOptions? options = null)
        : this(hub, http, options, connectsToSocket: http is null)
    {
    }

    /// <summary>Creates a client that may connect to a unix socket through connections of the caller.</summary>
    /// <param name="hub">Base URL of the hub.</param>
    /// <param name="http">Returns a client; null to let the client create its own connections.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="connectsToSocket">Whether the connections lead to the unix socket, if <paramref name="hub"/> is one.</param>
    internal LongwaveClient(Uri hub, Func<HttpClient>? http, LongwaveClientOptions? options, bool connectsToSocket)
    {
        ArgumentNullException.ThrowIfNull(hub);
        if (!hub.IsAbsoluteUri || (hub.Scheme != Uri.UriSchemeHttp && hub.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException($"'{hub}' is not the URL of a hub; one looks like http://localhost:8080.", nameof(hub));
        }

        if (!connectsToSocket && HubHttp.SocketOf(hub) is { } socket)
        {
            // The caller's client would connect to a host with the name "unix".
            throw new ArgumentException(
                $"'{socket}' needs the connections of LongwaveClient: pass no HttpClient, or use the URL {UnixSocketUrl.Base} and set ConnectCallback of your handler.",
                nameof(hub));
        }

        _options = options ?? new LongwaveClientOptions();
        _options.Publish.Check();
        _http = new HubHttp(hub, http, new TokenSource(_options.TokenProvider), _options.UserAgent, _options.TimeProvider);
        _publisher = new Publisher(_http, _options.NextRandom);
        _telemetry = _options.Telemetry is { } telemetry ? new TelemetryReporter(_http, telemetry) : null;
    }

    /// <summary>Base URL of the hub.</summary>
    public Uri Hub => _http.Hub;

    /// <summary>Subscribes to topics, starting with events published from now on.</summary>
    /// <param name="selectors">Topics, <c>*</c> for all topics, globs such as <c>prices/*</c>, or RFC 6570 templates such as <c>prices/{symbol}</c>.</param>
    public Subscription Subscribe(params string[] selectors) => Subscribe(new SubscriptionOptions { Selectors = selectors });

    /// <summary>Subscribes to topics with options.</summary>
    /// <exception cref="ArgumentException">An option is invalid.</exception>
    public Subscription Subscribe(SubscriptionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new Subscription(_http, options, _telemetry, _options.NextRandom);
    }

    /// <summary>Publishes text. The event is in the log when the task completes.</summary>
    /// <inheritdoc cref="PublishAsync(OutgoingEvent, PublishOptions?, CancellationToken)"/>
    public Task<PublishResult> PublishAsync(string topic, string data, CancellationToken cancellation = default) =>
        PublishAsync(new OutgoingEvent(topic, data), null, cancellation);

    /// <summary>Publishes an object as JSON. The event is in the log when the task completes.</summary>
    /// <inheritdoc cref="PublishAsync(OutgoingEvent, PublishOptions?, CancellationToken)"/>
    public Task<PublishResult> PublishAsync<T>(string topic, T data, JsonTypeInfo<T> type, CancellationToken cancellation = default) =>
        PublishAsync(OutgoingEvent.Json(topic, data, type), null, cancellation);

    /// <summary>Publishes an event. When the task completes, the event is in the log exactly once, regardless of retries.</summary>
    /// <exception cref="LongwaveException">The hub rejected the event, or was unavailable for longer than <see cref="PublishOptions.RetryFor"/>.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled: the event may or may not be in the log.</exception>
    public Task<PublishResult> PublishAsync(OutgoingEvent e, PublishOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(e);
        options ??= _options.Publish;
        Uri address = _http.Address("v1/events", [new("topic", e.Topic), new("type", e.Type), new("key", e.Key)]);
        return _publisher.SendAsync(address, e.Data, e.ContentType, options.IdempotencyKey ?? NewKey(), options, cancellation);
    }

    /// <summary>
    /// Completes a topic: no event follows, the hub ends the streams of the topic, and the enumerations of subscribers end. Completing a topic again has no effect.
    /// </summary>
    /// <inheritdoc cref="PublishAsync(OutgoingEvent, PublishOptions?, CancellationToken)"/>
    public Task<PublishResult> CompleteAsync(string topic, PublishOptions? options = null, CancellationToken cancellation = default) =>
        PublishAsync(OutgoingEvent.Completion(topic), options, cancellation);

    /// <summary>Publishes a batch of events atomically: all of them in order, or none.</summary>
    /// <exception cref="ArgumentException">The batch is empty.</exception>
    /// <exception cref="LongwaveException">The hub rejected the batch, or was unavailable for too long; <c>Failure.Index</c> is the index of the invalid
    /// event.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled: the events may or may not be in the log.</exception>
    public Task<PublishResult> PublishBatchAsync(IReadOnlyList<OutgoingEvent> events, PublishOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count == 0)
        {
            throw new ArgumentException("The list of events is empty.", nameof(events));
        }

        options ??= _options.Publish;
        return _publisher.SendAsync(
            _http.Address("v1/events", []), CloudEventLines.Write(events), "application/x-ndjson", options.IdempotencyKey ?? NewKey(), options, cancellation);
    }

    /// <summary>Publishes a batch of events that are already encoded, one CloudEvents JSON object per line.</summary>
    /// <param name="lines">The lines. <c>source</c> and <c>id</c> of each object are its idempotency key, unless <see cref="PublishOptions.IdempotencyKey"/> is
    /// set.</param>
    /// <param name="topic">Topic of events that name no topic; null for no default.</param>
    /// <param name="key">Key of events without a key; null for no default.</param>
    /// <param name="options">Options; null for those of the client.</param>
    /// <param name="cancellation">Cancels the request and its retries.</param>
    /// <exception cref="LongwaveException">The hub rejected the batch, or was unavailable for too long; <c>Failure.Index</c> is the index of the invalid
    /// event.</exception>
    public Task<PublishResult> PublishLinesAsync(
        ReadOnlyMemory<byte> lines, string? topic = null, string? key = null, PublishOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= _options.Publish;
        return _publisher.SendAsync(
            _http.Address("v1/events", [new("topic", topic), new("key", key)]), lines, "application/x-ndjson", options.IdempotencyKey, options, cancellation);
    }

    /// <summary>Posts the remaining measurements and closes the connections. End all subscriptions first.</summary>
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
        if (UnixSocketUrl.TryRead(hub, out UnixSocketUrl? socket, out string? error) && socket is null)
        {
            throw new ArgumentException($"'{hub}': {error}.", nameof(hub));
        }

        return Uri.TryCreate(hub, UriKind.Absolute, out Uri? uri)
            ? uri
            : throw new ArgumentException($"'{hub}' is not the URL of a hub; one looks like http://localhost:8080.", nameof(hub));
    }
}
