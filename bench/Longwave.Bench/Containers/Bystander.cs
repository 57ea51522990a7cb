using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Longwave.Bench.Containers;

/// <summary>A client that publishes some events per second and has a stream of them, beside a load that it has nothing to do with.</summary>
internal sealed class Bystander : IDisposable
{
    private const int EventsPerSecond = 20;
    private const string Topic = "bystander";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _publisher = new() { Timeout = Patience };
    private readonly HttpClient _subscriber = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly ConcurrentDictionary<int, long> _received = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Uri _events;
    private string? _last;
    private int _next;

    private Bystander(int port) => _events = new Uri($"http://127.0.0.1:{port}/v1/events?topic={Topic}");

    /// <summary>Connections that the stream needed.</summary>
    public int Connections { get; private set; }

    /// <summary>Opens the stream.</summary>
    public static async Task<Bystander> OpenAsync(int port)
    {
        var bystander = new Bystander(port);
        var isOpen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Task.Run(() => bystander.ReadAsync(isOpen));
        await isOpen.Task.WaitAsync(Patience);
        return bystander;
    }

    /// <summary>Publishes for a time, and waits until the stream has what was accepted.</summary>
    public async Task<BystanderFigures> RunAsync(TimeSpan time)
    {
        (int rejected, int untold) = (0, 0);
        var accepted = new List<(int Number, long At)>();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; Stopwatch.GetElapsedTime(start) < time; i++)
        {
            int number = _next++;
            long at = Stopwatch.GetTimestamp();
            switch (await PublishAsync(number))
            {
                case true:
                    accepted.Add((number, at));
                    break;
                case false:
                    rejected++;
                    break;
                default:
                    untold++;
                    break;
            }

            TimeSpan wait = TimeSpan.FromSeconds((i + 1.0) / EventsPerSecond) - Stopwatch.GetElapsedTime(start);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, TimeProvider.System);
        }

        long end = Stopwatch.GetTimestamp();
        while (accepted.Exists(one => !_received.ContainsKey(one.Number)) && Stopwatch.GetElapsedTime(end) < Patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        double[] latencies = [.. accepted.Where(one => _received.ContainsKey(one.Number)).Select(one => Stopwatch.GetElapsedTime(one.At, _received[one.Number]).TotalMilliseconds)];
        return new BystanderFigures(accepted.Count, rejected, untold, accepted.Count - latencies.Length, latencies);
    }

    public void Dispose()
    {
        _end.Cancel();
        _publisher.Dispose();
        _subscriber.Dispose();
        _end.Dispose();
    }

    /// <summary>True when accepted, false when rejected with the time to come back, null otherwise.</summary>
    private async Task<bool?> PublishAsync(int number)
    {
        try
        {
            using var body = new StringContent(number.ToString(CultureInfo.InvariantCulture));
            using HttpResponseMessage answer = await _publisher.PostAsync(_events, body);
            return answer.IsSuccessStatusCode ? true : (int)answer.StatusCode is 503 or 429 && answer.Headers.RetryAfter is not null ? false : null;
        }
        catch (Exception failed) when (failed is HttpRequestException or OperationCanceledException)
        {
            // Counted: the hub did not answer.
            return null;
        }
    }

    /// <summary>Reads the stream; after its end opens it again where it ended, as every client does.</summary>
    private async Task ReadAsync(TaskCompletionSource isOpen)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, _last is null ? _events : new Uri($"{_events}&last_event_id={_last}"));
                request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
                using HttpResponseMessage answer = await _subscriber.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _end.Token);
                answer.EnsureSuccessStatusCode();
                Connections++;
                using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(_end.Token));
                while (await lines.ReadLineAsync(_end.Token) is { } line)
                {
                    Take(line);
                    isOpen.TrySetResult();
                }
            }
            catch (Exception failed) when (failed is HttpRequestException or IOException && !_end.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Take(string line)
    {
        if (line.StartsWith("id: ", StringComparison.Ordinal))
        {
            _last = line[4..];
        }
        else if (line.StartsWith(": ", StringComparison.Ordinal) && _last is null)
        {
            _last = line[2..];
        }
        else if (line.StartsWith("data: ", StringComparison.Ordinal) && int.TryParse(line.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            _received.TryAdd(number, Stopwatch.GetTimestamp());
        }
    }
}
