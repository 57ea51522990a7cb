using System.Net;
using System.Net.Sockets;
using System.Text;
using Longwave.Bench.Load;

namespace Longwave.Bench.Containers;

/// <summary>A load that can exhaust the memory or the processor of a hub. Rejections belong to it: a client of the load tries again.</summary>
/// <param name="Name">Its name in results.</param>
/// <param name="RunAsync">Runs on a port until it is ended.</param>
internal sealed record ContainerLoad(string Name, Func<int, CancellationToken, Task> RunAsync)
{
    private const int Polls = 200;
    private const int EventBytes = 100_000;

    // Twice the hot tail: most answers are read from storage.
    private const int Events = 640;
    private const string PollPath = "/v1/events?topic=big&since=earliest";
    private const int PatternStreamCount = 10;
    private const int PatternsPerStream = 1_000;
    private const int QueryPatterns = 300;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>The loads.</summary>
    public static IReadOnlyList<ContainerLoad> All { get; } =
    [
        new("costly patterns and new topics", CostlyPatternsAsync),
        new($"{Polls} polls of 4 MB that are not read", UnreadPollsAsync),
        new($"{Polls} polls of 4 MB that are read", ReadPollsAsync),
        new($"QUERY with {QueryPatterns} patterns", QueriesAsync),
    ];

    /// <summary>Publishes the events that the polls read.</summary>
    public static async Task PublishEventsAsync(int port)
    {
        using var client = NewClient(port);
        for (int i = 0; i < Events; i++)
        {
            using var body = new StringContent(new string('x', EventBytes));
            using HttpResponseMessage answer = await client.PostAsync("/v1/events?topic=big", body);
            answer.EnsureSuccessStatusCode();
        }
    }

    private static async Task CostlyPatternsAsync(int port, CancellationToken end)
    {
        using var streams = new PatternStreams(port);
        using var client = NewClient(port);
        for (int i = 0; !end.IsCancellationRequested; i++)
        {
            if (i < PatternStreamCount)
            {
                await TryAsync(() => streams.OpenAsync(Enumerable.Range(i * PatternsPerStream, PatternsPerStream).Select(static k => $"{{+a}}x{k}"), "since=earliest&"));
            }

            await TryAsync(() => SendAsync(client, new HttpRequestMessage(HttpMethod.Post, $"/v1/events?topic={new string('a', 900)}{i}") { Content = new StringContent("x") }, end));
            await Task.Delay(Pause, TimeProvider.System, end);
        }
    }

    private static async Task UnreadPollsAsync(int port, CancellationToken end)
    {
        byte[] request = Encoding.ASCII.GetBytes($"GET {PollPath} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n");
        var sockets = new List<Socket>();
        try
        {
            for (int i = 0; i < Polls; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
                sockets.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, port, end);
                await socket.SendAsync(request, end);
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end);
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
        }
    }

    private static Task ReadPollsAsync(int port, CancellationToken end) => Task.WhenAll(Enumerable.Range(0, Polls).Select(_ => Task.Run(
        async () =>
        {
            using var client = NewClient(port);
            while (!end.IsCancellationRequested)
            {
                var request = new HttpRequestMessage(HttpMethod.Get, PollPath);
                request.Headers.TryAddWithoutValidation("Accept", "application/json");
                await TryAsync(() => SendAsync(client, request, end));
                await Task.Delay(Pause, TimeProvider.System, end);
            }
        },
        CancellationToken.None)));

    private static async Task QueriesAsync(int port, CancellationToken end)
    {
        using var client = NewClient(port);
        for (int i = 0; !end.IsCancellationRequested; i++)
        {
            IEnumerable<KeyValuePair<string, string>> fields = Enumerable.Range(0, QueryPatterns)
                .Select(k => new KeyValuePair<string, string>("match_urlpattern", $"http://localhost/(.*a.{{{i % 12}}}b.{{0,{k % 10}}}c){k}"));
            var request = new HttpRequestMessage(new HttpMethod("QUERY"), "/.well-known/mercure") { Content = new FormUrlEncodedContent(fields) };
            await TryAsync(() => SendAsync(client, request, end));
            await TryAsync(() => SendAsync(client, new HttpRequestMessage(HttpMethod.Post, $"/v1/events?topic=http://localhost/{new string('a', 500)}{i}") { Content = new StringContent("x") }, end));
        }
    }

    private static HttpClient NewClient(int port) => new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

    /// <summary>Sends a request; reads a response with an end, and leaves a stream at once.</summary>
    private static async Task SendAsync(HttpClient client, HttpRequestMessage request, CancellationToken end)
    {
        using (request)
        using (HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end))
        {
            if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream")
            {
                await (await answer.Content.ReadAsStreamAsync(end)).CopyToAsync(Stream.Null, end);
            }
        }
    }

    /// <summary>Does a step of a load: the hub may reject it, or close its connection.</summary>
    private static async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or BenchFailedException)
        {
            // The next step follows.
        }
    }
}
