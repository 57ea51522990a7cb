using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Longwave.BadDays.Tests.Hubs;

namespace Longwave.BadDays.Tests.Following;

/// <summary>
/// A client that reads a stream and resumes with its last id whenever the connection breaks. It records violations of the protocol (a repeated
/// or reordered event, a gap, a refusal without a reason) as complaints.
/// </summary>
internal sealed class Follower : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly HubClient _hub;
    private readonly string _query;
    private readonly FollowerKind _kind;
    private readonly Action<Received> _take;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;
    private long _count;
    private long _offset;
    private string? _lastId;

    /// <summary>Creates a follower that starts at the earliest event.</summary>
    /// <param name="hub">The hub to read from.</param>
    /// <param name="kind">Transport of the events.</param>
    /// <param name="query">Selectors and other query parameters.</param>
    /// <param name="take">Called for each event, in sequence.</param>
    /// <param name="lastId">Starts after this position instead.</param>
    /// <param name="version">HTTP version.</param>
    public Follower(Uri hub, FollowerKind kind, string query, Action<Received>? take = null, string? lastId = null, Version? version = null)
    {
        (_hub, _kind, _query, _take) = (new HubClient(hub) { Version = version ?? HttpVersion.Version11 }, kind, query, take ?? (static _ => { }));
        (_lastId, _offset) = (lastId, lastId is null ? 0 : PublishReply.Offset(lastId));
        _running = Task.Run(RunAsync);
    }

    /// <summary>Violations found so far.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Status codes of refused connections, in order.</summary>
    public ConcurrentQueue<HttpStatusCode> EndpointGuard { get; } = new();

    /// <summary>Control events of normal operation: <c>longwave.reconnect</c>.</summary>
    public ConcurrentQueue<string> Farewells { get; } = new();

    /// <summary>Delay after each read of a stream, which makes the client slow.</summary>
    public TimeSpan Rest { get; set; }

    public long Count => Volatile.Read(ref _count);

    /// <summary>Offset of the newest received event.</summary>
    public long Offset => Volatile.Read(ref _offset);

    public string? LastId => Volatile.Read(ref _lastId);

    /// <summary>Number of heartbeats on all streams.</summary>
    public long Heartbeats { get; private set; }

    /// <summary>Number of accepted connections.</summary>
    public int Connects { get; private set; }

    /// <summary>Number of streams that the hub ended cleanly.</summary>
    public int CleanEnds { get; private set; }

    public Task UntilCountAsync(long count) => Patience.UntilAsync(() => Count >= count, () => $"{this} has {Count} of {count} events");

    public Task UntilOffsetAsync(long offset) => Patience.UntilAsync(() => Offset >= offset, () => $"{this} is at {Offset} of {offset}");

    public Task UntilConnectedAsync() => Patience.UntilAsync(() => Connects > 0, () => $"{this} is not connected");

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{_kind} follower of {_query} (connected {Connects} times, refused {EndpointGuard.Count} times; {string.Join("; ", Complaints)})");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _hub.Dispose();
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await (_kind == FollowerKind.Poll ? PollAsync() : StreamAsync());
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
            {
                // The hub is down, or was killed during the request.
            }
            catch (Exception wrong)
            {
                Complaints.Enqueue(wrong.ToString());
                return;
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private async Task StreamAsync()
    {
        bool lines = _kind == FollowerKind.Lines;
        using HttpResponseMessage response = await OpenAsync(lines ? "application/x-ndjson" : "text/event-stream", _query);
        if (!Accepts(response))
        {
            return;
        }

        IStreamReading reading = lines ? new LineReading() : new EventStreamReading();
        await using Stream body = await response.Content.ReadAsStreamAsync(_end.Token);
        var buffer = new byte[64 * 1024];
        long heartbeats = Heartbeats;
        for (int read; (read = await body.ReadAsync(buffer, _end.Token)) > 0;)
        {
            reading.Read(buffer.AsSpan(0, read), Take);
            Heartbeats = heartbeats + reading.Heartbeats;
            if (Rest > TimeSpan.Zero)
            {
                await Task.Delay(Rest, _end.Token);
            }
        }

        CleanEnds++;
    }

    private async Task PollAsync()
    {
        using HttpResponseMessage response = await OpenAsync("application/json", _query + "&wait=5");
        if (Accepts(response))
        {
            string next = PollReading.Read(await response.Content.ReadAsByteArrayAsync(_end.Token), Take);
            Volatile.Write(ref _lastId, next);
        }
    }

    private Task<HttpResponseMessage> OpenAsync(string accept, string query) =>
        _hub.OpenAsync(LastId is null ? query + "&since=earliest" : query, accept, LastId, _end.Token);

    private bool Accepts(HttpResponseMessage response)
    {
        if (response.StatusCode == HttpStatusCode.OK)
        {
            Connects++;
            return true;
        }

        EndpointGuard.Enqueue(response.StatusCode);
        if (response.StatusCode != HttpStatusCode.ServiceUnavailable || response.Headers.RetryAfter is null)
        {
            Complaints.Enqueue($"refused with {response.StatusCode}");
        }

        return false;
    }

    private void Take(Received received)
    {
        if (received.Type.StartsWith("longwave.", StringComparison.Ordinal))
        {
            (received.Type == "longwave.reconnect" ? Farewells : Complaints).Enqueue($"{received.Type} {received.Data}");
            return;
        }

        long offset = received.Offset;
        if (offset <= _offset)
        {
            Complaints.Enqueue($"{offset} came after {_offset}");
        }

        _take(received);
        Volatile.Write(ref _lastId, received.Id);
        Volatile.Write(ref _offset, offset);
        Volatile.Write(ref _count, _count + 1);
    }
}
