using System.Net;
using System.Text;
using System.Text.Json;
using Longwave.Client.Subscriptions;

namespace Longwave.Client.Tests.Vectors;

/// <summary>Runs the wire vectors of <c>spec/vectors</c> through the whole client, as HTTP responses in chunks of every size.</summary>
public sealed class ParseVectorTests
{
    public static TheoryData<string> Names => new(All().Select(static v => v.GetProperty("name").GetString()!));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Subscribe_VectorInAnyPieceSize_HasTheExpectedEvents(string name)
    {
        JsonElement vector = All().Single(v => v.GetProperty("name").GetString() == name);
        byte[] stream = vector.TryGetProperty("stream", out JsonElement text)
            ? Encoding.UTF8.GetBytes(text.GetString()!)
            : vector.GetProperty("streamBase64").GetBytesFromBase64();
        foreach (int piece in (int[])[1, 2, 3, 7, int.MaxValue])
        {
            using var handler = new PiecesHandler(stream, piece);
            using var http = new HttpClient(handler);
            await using var client = new LongwaveClient(new Uri("http://other.example/"), http);
            var events = new List<(string?, string?, string?)>();
            using var end = new CancellationTokenSource();
            try
            {
                // Stop at the end of the response; otherwise the client would reconnect.
                await foreach (ReceivedEvent e in client.Subscribe(new SubscriptionOptions
                {
                    Address = new Uri("http://other.example/feed"),
                    Changed = change => EndAt(change, end),
                }).WithCancellation(end.Token))
                {
                    events.Add((e.Type, e.Data, e.Id));
                }
            }
            catch (OperationCanceledException)
            {
                // Expected.
            }

            Assert.Equal(vector.GetProperty("events").EnumerateArray().Select(Expected), events);
        }
    }

    private static void EndAt(SubscriptionChange change, CancellationTokenSource end)
    {
        if (change.State == SubscriptionState.Waiting)
        {
            end.Cancel();
        }
    }

    private static (string?, string?, string?) Expected(JsonElement e) =>
        (e.GetProperty("type").GetString(), e.GetProperty("data").GetString(), e.GetProperty("lastEventId").GetString());

    private static JsonElement[] All()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "parse.json")));
        return [.. document.RootElement.GetProperty("vectors").EnumerateArray().Select(static v => v.Clone())];
    }

    private sealed class PiecesHandler(byte[] stream, int piece) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StreamContent(new PiecesStream(stream, piece)) { Headers = { { "Content-Type", "text/event-stream" } } },
            });
    }

    private sealed class PiecesStream(byte[] stream, int piece) : MemoryStream(stream)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
