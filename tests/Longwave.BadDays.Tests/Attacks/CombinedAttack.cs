using System.Net.Sockets;
using System.Text;

namespace Longwave.BadDays.Tests.Attacks;

/// <summary>Clients of several attacks at once: costly selectors that replay the whole log, polls that are not read, half-open connections, and HTTP/2 rapid reset.</summary>
internal sealed class CombinedAttack : IAsyncDisposable
{
    private const int CostlyStreams = 10;
    private const int PatternsPerStream = 1_000;
    private const int UnreadPolls = 200;
    private const int HalfOpen = 1_000;
    private const int ResettingConnections = 2;
    private const int SmallBufferBytes = 4_096;

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly List<HttpResponseMessage> _streams = [];
    private readonly List<Socket> _polls = [];
    private readonly CancellationTokenSource _ending = new();
    private HalfOpenConnections? _halfOpen;
    private Task _resetting = Task.CompletedTask;

    private CombinedAttack()
    {
    }

    /// <summary>Topic whose events the polls do not read; it must have more of them than a connection buffers.</summary>
    public const string LargeTopic = "large";

    /// <summary>Connects all clients.</summary>
    /// <param name="host">The hub's address.</param>
    /// <param name="port">Its port.</param>
    public static async Task<CombinedAttack> StartAsync(string host, int port)
    {
        var attack = new CombinedAttack();
        try
        {
            for (int stream = 0; stream < CostlyStreams; stream++)
            {
                await attack.OpenCostlyAsync(host, port, stream * PatternsPerStream);
            }

            for (int poll = 0; poll < UnreadPolls; poll++)
            {
                attack._polls.Add(await PollAsync(host, port));
            }

            attack._halfOpen = await HalfOpenConnections.OpenAsync(host, port, HalfOpen);
            attack._resetting = Task.WhenAll(Enumerable.Range(0, ResettingConnections)
                .Select(_ => Task.Run(() => new RapidReset(host, port).RunAsync(int.MaxValue, attack._ending.Token))));
            return attack;
        }
        catch
        {
            await attack.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _resetting;
        _streams.ForEach(static stream => stream.Dispose());
        _polls.ForEach(static poll => poll.Dispose());
        _halfOpen?.Dispose();
        _http.Dispose();
        _ending.Dispose();
    }

    /// <summary>Opens a stream with as many patterns as one may have; each examines every topic to its end.</summary>
    private async Task OpenCostlyAsync(string host, int port, int first)
    {
        string patterns = string.Join('&', Enumerable.Range(first, PatternsPerStream).Select(static i => $"topic=%7B%2Ba%7Dx{i}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{host}:{port}/v1/events?since=earliest&{patterns}"));
        HttpResponseMessage stream = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        _streams.Add(stream);
        stream.EnsureSuccessStatusCode();
    }

    private static async Task<Socket> PollAsync(string host, int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = SmallBufferBytes };
        await socket.ConnectAsync(host, port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /v1/events?topic={LargeTopic}&since=earliest HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\n\r\n"));
        return socket;
    }
}
