namespace Longwave.Bench.Load;

/// <summary>Open streams with many patterns, of which nothing is read.</summary>
internal sealed class PatternStreams(int port) : IDisposable
{
    private readonly HttpClient _client = new();
    private readonly List<HttpResponseMessage> _streams = [];

    /// <summary>Opens a stream and waits until the hub has accepted it.</summary>
    public async Task OpenAsync(IEnumerable<string> selectors, string more = "")
    {
        string query = more + string.Join('&', selectors.Select(static selector => $"topic={Uri.EscapeDataString(selector)}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{port}/v1/events?{query}"));
        _streams.Add(await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        if (!_streams[^1].IsSuccessStatusCode)
        {
            throw new BenchFailedException($"A stream with patterns was rejected: {await _streams[^1].Content.ReadAsStringAsync()}");
        }
    }

    public void Dispose()
    {
        _streams.ForEach(static stream => stream.Dispose());
        _client.Dispose();
    }
}
