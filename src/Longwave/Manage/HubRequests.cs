using System.Runtime.CompilerServices;
using System.Text.Json;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Hubs;
using Longwave.Terminals;

namespace Longwave.Manage;

/// <summary>Requests to the management endpoints of a hub.</summary>
internal sealed class HubRequests : IDisposable
{
    /// <summary>Maximum size of one answer; a page of the largest allowed size is smaller.</summary>
    private const int MaxAnswerBytes = 64 * 1024 * 1024;

    /// <summary>Maximum time of one request.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HubHttp _http;
    private readonly TimeProvider _clock;

    /// <summary>Creates the client of a command; it authenticates with the token of the environment.</summary>
    /// <exception cref="TokenUnreadableException">The token file cannot be read.</exception>
    public HubRequests(HubAddress address, Terminal terminal)
    {
        var token = new HubToken(terminal.Variable);
        string? text = token.IsGiven ? token.Read() : null;
        _clock = terminal.Clock;
        _http = new HubHttp(address.Base, null, new TokenSource(text is null ? null : _ => new ValueTask<string>(text)), "longwave-cli", terminal.Clock);
    }

    /// <summary>URL of the hub, for messages.</summary>
    public string Name => _http.Name;

    /// <summary>Sends a request and returns the JSON of a successful answer.</summary>
    /// <param name="method">Method of the request.</param>
    /// <param name="path">Path below the hub's URL.</param>
    /// <param name="query">Unescaped names and values; null values are omitted.</param>
    /// <param name="body">JSON of the request; null for none.</param>
    /// <param name="cancellation">Ends the request.</param>
    /// <exception cref="LongwaveException">The hub is not reachable, or has rejected the request.</exception>
    public async Task<JsonElement> SendAsync(
        HttpMethod method, string path, IReadOnlyDictionary<string, string?> query, byte[]? body, CancellationToken cancellation) =>
        (await ExchangeAsync(method, path, query, body, acceptsAnyStatus: false, cancellation)).Answer;

    /// <summary>Reads the state at a health endpoint, which answers with the same JSON whether it is good or not.</summary>
    public Task<(bool IsSuccess, JsonElement Answer)> ReadHealthAsync(string path, CancellationToken cancellation) =>
        ExchangeAsync(HttpMethod.Get, path, new Dictionary<string, string?>(), body: null, acceptsAnyStatus: true, cancellation);

    private async Task<(bool IsSuccess, JsonElement Answer)> ExchangeAsync(
        HttpMethod method, string path, IReadOnlyDictionary<string, string?> query, byte[]? body, bool acceptsAnyStatus, CancellationToken cancellation)
    {
        using var silence = new Silence(_clock, cancellation);
        CancellationToken limit = silence.Start(Patience);
        try
        {
            using var request = new HttpRequestMessage(method, _http.Address(path, query));
            request.Headers.Accept.ParseAdd("application/json");
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.Add("Content-Type", "application/json");
            }

            using HttpResponseMessage response = await _http.SendAsync(request, await _http.Tokens.GetAsync(limit), limit);
            if (!response.IsSuccessStatusCode && !(acceptsAnyStatus && ResponseType.Of(response) == "application/json"))
            {
                throw new LongwaveException(await _http.ExplainAsync(response, limit));
            }

            byte[] answer = await BoundedBody.TryReadAsync(response, MaxAnswerBytes, limit) ?? throw NotOfAHub("is longer than an answer of a hub");
            return (response.IsSuccessStatusCode, Parse(answer));
        }
        catch (Exception failed) when (FailureReader.IsOfNetwork(failed, cancellation))
        {
            throw new LongwaveException(_http.Explain(failed), failed);
        }
    }

    /// <summary>Reads a list page by page; each element is the array of one page.</summary>
    /// <param name="path">Path of the list.</param>
    /// <param name="member">Member of the answer with the array.</param>
    /// <param name="query">Parameters of every page.</param>
    /// <param name="cancellation">Ends the requests.</param>
    public async IAsyncEnumerable<IReadOnlyList<JsonElement>> ListAsync(
        string path, string member, IReadOnlyDictionary<string, string?> query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            var page = new Dictionary<string, string?>(query) { ["after"] = after };
            JsonElement answer = await SendAsync(HttpMethod.Get, path, page, body: null, cancellation);
            if (!answer.TryGetProperty(member, out JsonElement items) || items.ValueKind != JsonValueKind.Array
                || items.EnumerateArray().Any(static item => item.ValueKind != JsonValueKind.Object))
            {
                throw NotOfAHub($"has no list `{member}`");
            }

            yield return [.. items.EnumerateArray()];
            string? next = answer.TryGetProperty("next", out JsonElement text) ? text.GetString() : null;
            if (next is not null && next == after)
            {
                throw NotOfAHub("repeats a page of its list");
            }

            after = next;
        }
        while (after is not null);
    }

    public void Dispose() => _http.Dispose();

    private JsonElement Parse(byte[] answer)
    {
        try
        {
            JsonElement root = JsonDocument.Parse(answer).RootElement;
            return root.ValueKind == JsonValueKind.Object ? root : throw NotOfAHub("is not a JSON object");
        }
        catch (JsonException)
        {
            throw NotOfAHub("is not JSON");
        }
    }

    private LongwaveException NotOfAHub(string problem) =>
        new(new HubFailure(FailureKind.Status, $"{Name} is not a Longwave hub: the answer {problem}."));
}
