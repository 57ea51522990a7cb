using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Longwave.BadDays.Tests.Hubs;

/// <summary>A plain HTTP client of a hub. Throws the exceptions of <see cref="HttpClient"/> if the hub is down.</summary>
internal sealed class HubClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10), PooledConnectionLifetime = Timeout.InfiniteTimeSpan })
    {
        BaseAddress = address,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>HTTP version of streams and polls.</summary>
    public Version Version { get; init; } = HttpVersion.Version11;

    /// <summary>Publishes one event with its data as the body.</summary>
    public Task<PublishReply> PublishAsync(string topic, string data, string? key = null, params string[] alternates) =>
        PublishAsync(topic, Encoding.UTF8.GetBytes(data), key, alternates);

    public async Task<PublishReply> PublishAsync(string topic, byte[] data, string? key = null, params string[] alternates)
    {
        string query = string.Join('&', alternates.Prepend(topic).Select(static name => $"topic={Uri.EscapeDataString(name)}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/events?{query}") { Content = new ByteArrayContent(data) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await SendAsync(request);
    }

    /// <summary>Publishes many CloudEvents, one per line.</summary>
    public async Task<PublishReply> PublishLinesAsync(string lines)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson") };
        return await SendAsync(request);
    }

    /// <summary>Requests <c>/readyz</c>, <c>/healthz</c> or <c>/v1/topics</c>; returns status and document.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string path)
    {
        using HttpResponseMessage response = await _http.GetAsync(new Uri(path, UriKind.Relative)).WaitAsync(Patience.Bound);
        return (response.StatusCode, await ReadAsync(response));
    }

    public async Task<string> StatusAsync() => (await GetAsync("/readyz")).Body.GetProperty("status").GetString()!;

    public async Task<int> ConnectionsAsync() => (await GetAsync("/readyz")).Body.GetProperty("connections").GetInt32();

    /// <summary>Opens a stream or sends a poll; the caller reads the body.</summary>
    public Task<HttpResponseMessage> OpenAsync(string query, string accept, string? lastEventId, CancellationToken cancellation = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events?" + query) { Version = Version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    public void Dispose() => _http.Dispose();

    private async Task<PublishReply> SendAsync(HttpRequestMessage request)
    {
        using HttpResponseMessage response = await _http.SendAsync(request).WaitAsync(Patience.Bound);
        JsonElement body = await ReadAsync(response);
        if (response.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK)
        {
            bool single = body.TryGetProperty("id", out JsonElement id);
            return single
                ? new PublishReply(response.StatusCode, [id.GetString()!], body.TryGetProperty("duplicate", out _) ? 1 : 0, null)
                : new PublishReply(
                    response.StatusCode,
                    [.. body.GetProperty("ids").EnumerateArray().Select(static item => item.GetString()!)],
                    body.GetProperty("duplicates").GetInt32(),
                    null);
        }

        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return new PublishReply(response.StatusCode, [], 0, body.GetProperty("type").GetString()!.Split('/')[^1]);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync().WaitAsync(Patience.Bound));
        return document.RootElement.Clone();
    }
}
