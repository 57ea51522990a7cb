using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Longwave.BadDays.Tests.Lives;

/// <summary>Places that a hub has free, counted by taking them: a place that a connection kept is missing.</summary>
/// <param name="Streams">Streams that all addresses together can open.</param>
/// <param name="Connections">Connections that all addresses together can open.</param>
/// <param name="Patterns">Different patterns that streams can subscribe to.</param>
/// <param name="BodyBytes">Size of the largest body that the hub receives.</param>
internal sealed record HubPlaces(int Streams, int Connections, int Patterns, int BodyBytes)
{
    private const int PatternsPerStream = 50;
    private const int BufferBytes = 4_096;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    /// <summary>The places of a hub that serves no client.</summary>
    public static HubPlaces All(LifeLimits limits) => new(limits.Streams, limits.Connections, LifeLimits.MaxPatterns, LifeLimits.MaxBodyBytes);

    /// <summary>Counts the free places until all are free, at most for a time; returns the last counts. The hub must serve no other client meanwhile.</summary>
    public static async Task<HubPlaces> SettleAsync(LifeTarget target, TimeSpan patience)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            HubPlaces now = await CountAsync(target);
            if (now == All(target.Limits) || TimeProvider.System.GetElapsedTime(start) > patience)
            {
                return now;
            }
        }
    }

    private static async Task<HubPlaces> CountAsync(LifeTarget target)
    {
        List<LifeConnection> open = [];
        try
        {
            int patterns = await CountPatternsAsync(target, open);
            await CloseAsync(open);
            await HubCounts.UntilNoStreamAsync(target.Port, Bound);

            // The server parks no stream of HTTP/1.0, so that each is a connection of the web server, too.
            int streams = await OpenAsync(target, open, "GET /v1/events?topic=quiet HTTP/1.0\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
            int connections = await OpenAsync(target, open, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
            await CloseAsync(open);
            await HubCounts.UntilNoStreamAsync(target.Port, Bound);
            return new HubPlaces(streams, streams + connections, patterns, await CountBodyBytesAsync(target));
        }
        finally
        {
            await CloseAsync(open);
        }
    }

    /// <summary>Opens connections with one request each, until the hub rejects one of each address; returns how many the hub accepted.</summary>
    private static async Task<int> OpenAsync(LifeTarget target, List<LifeConnection> open, string request)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(request);
        List<LifeConnection>[] opened = await Task.WhenAll(Enumerable.Range(0, LifeTarget.Addresses).Select(async address =>
        {
            List<LifeConnection> some = [];
            byte[] buffer = new byte[BufferBytes];
            while (await TryOpenAsync(target, LifeTarget.Address(address), bytes, buffer) is { } connection)
            {
                some.Add(connection);
            }

            return some;
        }));
        open.AddRange(opened.SelectMany(static some => some));
        return opened.Sum(static some => some.Count);
    }

    /// <summary>Opens streams with patterns until the hub rejects one; returns the number of patterns.</summary>
    private static async Task<int> CountPatternsAsync(LifeTarget target, List<LifeConnection> open)
    {
        byte[] buffer = new byte[BufferBytes];
        while (true)
        {
            string topics = string.Join('&', Enumerable.Range(open.Count * PatternsPerStream, PatternsPerStream).Select(static i => $"topic=places%2F{i}%2F%7Bx%7D"));
            byte[] request = Encoding.ASCII.GetBytes($"GET /v1/events?{topics} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
            if (await TryOpenAsync(target, IPAddress.Loopback, request, buffer) is not { } connection)
            {
                return open.Count * PatternsPerStream;
            }

            open.Add(connection);
        }
    }

    /// <summary>Opens a connection; null when its request is rejected, or when the hub closes it without an answer.</summary>
    private static async Task<LifeConnection?> TryOpenAsync(LifeTarget target, IPAddress from, byte[] request, byte[] buffer)
    {
        using var bound = new CancellationTokenSource(Bound, TimeProvider.System);
        LifeConnection? connection = null;
        try
        {
            connection = await LifeConnection.OpenAsync(from, target.Port, isUnread: false, buffer, bound.Token);
            await connection.SendAsync(request, bound.Token);
            if (await connection.IsAcceptedAsync(bound.Token))
            {
                return connection;
            }
        }
        catch (Exception closed) when (closed is IOException or SocketException { SocketErrorCode: not SocketError.ConnectionRefused })
        {
            // The hub closed the connection before the request was sent, or even before the client saw it open: a rejection, too.
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        return null;
    }

    private static async Task CloseAsync(List<LifeConnection> open)
    {
        foreach (LifeConnection connection in open)
        {
            connection.Reset();
            await connection.DisposeAsync();
        }

        open.Clear();
    }

    /// <summary>Publishes one event that needs the room for bodies as a whole.</summary>
    private static async Task<int> CountBodyBytesAsync(LifeTarget target)
    {
        using var http = new HttpClient();
        using var body = new ByteArrayContent(new byte[LifeLimits.MaxBodyBytes]);
        using HttpResponseMessage answer = await http.PostAsync(new Uri($"http://127.0.0.1:{target.Port}/v1/events?topic=places"), body);
        return answer.IsSuccessStatusCode ? LifeLimits.MaxBodyBytes : 0;
    }
}
