using System.Diagnostics;
using System.Globalization;
using Longwave.Bench.Hubs;
using Longwave.Bench.Results;

namespace Longwave.Bench.Load;

/// <summary>A publisher at a steady pace and its subscribers, who note how old each event is when they get it.</summary>
internal sealed class HealthyClients : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new();
    private readonly List<Task> _reading = [];
    private readonly string _address;
    private readonly int _subscribers;

    /// <summary>Guards the ages.</summary>
    private readonly Lock _lock = new();
    private List<double> _ages = [];
    private long _received;

    private HealthyClients(HubProcess hub, int subscribers) => (_address, _subscribers) = ($"http://127.0.0.1:{hub.Port}/v1/events?topic=healthy", subscribers);

    public static async Task<HealthyClients> ConnectAsync(HubProcess hub, int subscribers)
    {
        var clients = new HealthyClients(hub, subscribers);
        for (int i = 0; i < subscribers; i++)
        {
            clients._reading.Add(clients.ReadAsync(new StreamReader(await clients._http.GetStreamAsync(clients._address))));
        }

        return clients;
    }

    /// <summary>Publishes for as long as <paramref name="during"/> takes, waits for all of it, and gives the age in milliseconds that 99 % did not exceed.</summary>
    public async Task<double> P99Async(Task during)
    {
        lock (_lock)
        {
            (_ages, _received) = ([], 0);
        }

        long published = 0;
        using var pace = new PeriodicTimer(Pace, TimeProvider.System);
        while (!during.IsCompleted && await pace.WaitForNextTickAsync())
        {
            using var body = new StringContent(Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture));
            using HttpResponseMessage answer = await _http.PostAsync(_address, body);
            if (!answer.IsSuccessStatusCode)
            {
                throw new BenchFailedException($"A healthy client was refused with {(int)answer.StatusCode} beside the attack.");
            }

            published++;
        }

        await during;
        long start = Stopwatch.GetTimestamp();
        while (Interlocked.Read(ref _received) < published * _subscribers)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience || _reading.Any(static reading => reading.IsCompleted))
            {
                throw new BenchFailedException($"Healthy clients got {_received} of {published * _subscribers} events beside the attack.");
            }

            await Task.Delay(Pace, TimeProvider.System);
        }

        lock (_lock)
        {
            return Statistics.Percentile(_ages, 0.99);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Task.WhenAll(_reading);
    }

    private async Task ReadAsync(StreamReader stream)
    {
        const string Data = "data: ";
        try
        {
            while (await stream.ReadLineAsync() is { } line)
            {
                if (line.StartsWith(Data, StringComparison.Ordinal))
                {
                    double age = Stopwatch.GetElapsedTime(long.Parse(line.AsSpan(Data.Length), CultureInfo.InvariantCulture)).TotalMilliseconds;
                    lock (_lock)
                    {
                        _ages.Add(age);
                    }

                    Interlocked.Increment(ref _received);
                }
            }
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException or OperationCanceledException or HttpRequestException)
        {
            // This side ended it.
        }
        finally
        {
            stream.Dispose();
        }
    }
}
