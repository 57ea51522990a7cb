using System.Net.Http.Headers;
using System.Text;

namespace Longwave.Bench.Tokens;

/// <summary>A stream opened with a token, read to its end.</summary>
internal sealed class HeldStream
{
    private const int TailBytes = 512;

    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HeldStream()
    {
    }

    /// <summary>Completes with the first bytes.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Completes at the end, with when that was.</summary>
    public Task<DateTimeOffset> Ended { get; private set; } = Task.FromResult(DateTimeOffset.MaxValue);

    /// <summary>When the last event came.</summary>
    public DateTimeOffset LastEventAt { get; private set; }

    /// <summary>Events that came after the hub had said that the stream ends.</summary>
    public int EventsAfterClosed { get; private set; }

    /// <summary>The last bytes.</summary>
    public string Tail { get; private set; } = "";

    public static HeldStream Open(HttpClient http, string token, CancellationToken cancellation)
    {
        var stream = new HeldStream();
        stream.Ended = stream.ReadAsync(http, token, cancellation);
        return stream;
    }

    private async Task<DateTimeOffset> ReadAsync(HttpClient http, string token, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events?topic=bench");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw new BenchFailedException($"A stream was refused: {(int)response.StatusCode}.");
        }

        await using Stream body = await response.Content.ReadAsStreamAsync(cancellation);
        byte[] buffer = new byte[8 * 1024];
        while (await body.ReadAsync(buffer, cancellation) is > 0 and int read)
        {
            _opened.TrySetResult();
            Take(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return TimeProvider.System.GetUtcNow();
    }

    private void Take(string text)
    {
        if (text.Contains("\ndata: event", StringComparison.Ordinal))
        {
            LastEventAt = TimeProvider.System.GetUtcNow();
        }

        string joined = Tail + text;
        int closed = joined.IndexOf("event: longwave.closed", StringComparison.Ordinal);
        EventsAfterClosed += closed >= 0 && joined.IndexOf("\ndata: event", closed, StringComparison.Ordinal) >= 0 ? 1 : 0;
        Tail = joined.Length > TailBytes ? joined[^TailBytes..] : joined;
    }
}
