using System.Net;
using System.Text;
using Longwave.Server.Kestrel;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Kestrel;

public sealed class ProtocolsTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private TestHub Hub => fixture.Hub;

    [Theory]
    [InlineData("1.0", false)]
    [InlineData("1.1", false)]
    [InlineData("2.0", false)]
    [InlineData("1.1", true)]
    [InlineData("2.0", true)]
    public async Task Http_AnyVersion_PublishesAndStreams(string version, bool tls)
    {
        await using TestHub hub = await TestHub.StartAsync(tls: tls);
        using HttpClient client = hub.NewClient(new Version(version));
        using HttpResponseMessage published = await client.PostAsync("/v1/events?topic=a", new StringContent("hello"));
        Assert.Equal(HttpStatusCode.Created, published.StatusCode);
        Assert.Equal(new Version(version), version == "1.0" ? new Version(1, 0) : published.Version);
        HttpResponseMessage response = await client.GetAsync("/v1/events?topic=a&since=earliest", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(version is "1.1", response.Headers.TransferEncodingChunked is true);
        using OpenStream stream = await OpenStream.FromAsync(response);
        await stream.ReadUntilAsync("data: hello\n\n");
        using HttpResponseMessage refused = await client.GetAsync("/v1/events");
        await TestHub.AssertProblemAsync(refused, 400, "missing-parameter", "topic");
    }

    [Fact]
    public async Task Http10_Stream_HasNoChunksAndEndsWithTheConnection()
    {
        using RawConnection connection = await RawConnection.OpenAsync(Hub.Address);
        await connection.SendAsync("GET /v1/events?topic=a HTTP/1.0\r\n\r\n");
        string text = await connection.ReadUntilAsync("retry: ");
        Assert.DoesNotContain("chunked", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Connection: close\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\n: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeepAlive_SeveralRequests_UseOneConnection()
    {
        using RawConnection connection = await RawConnection.OpenAsync(Hub.Address);
        for (int i = 1; i <= 3; i++)
        {
            await connection.SendAsync($"POST /v1/events?topic=keep HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{i}!");
            while (connection.Text.Split('}').Length <= i)
            {
                await connection.ReadMoreAsync();
            }
        }

        Assert.Equal(4, connection.Text.Split("HTTP/1.1 201 ").Length);
    }

    [Theory]
    [InlineData("P")]
    [InlineData("PRI * HT")]
    [InlineData("PRI * HTTP/2.0\r")]
    public async Task Cleartext_PrefaceInPieces_IsStillHttp2(string firstPiece)
    {
        const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        using RawConnection connection = await RawConnection.OpenAsync(Hub.Address);
        await connection.SendAsync(firstPiece);
        await connection.SendAsync(Preface[firstPiece.Length..]);
        await connection.SendAsync("\0\0\0\u0004\0\0\0\0\0");

        // The server sends its SETTINGS frame first (RFC 9113, section 3.4).
        string answer = await connection.ReadMoreAsync();
        Assert.Equal('\u0004', answer[3]);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("POST")]
    [InlineData("PRIX")]
    public async Task Cleartext_MethodThatBeginsLikeThePreface_IsHttp1(string method)
    {
        string answer = await RawConnection.RoundTripAsync(Hub.Address, $"{method} /v1/topics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003")]
    [InlineData("GET / HTTP/9.9\r\n\r\n")]
    [InlineData("\r\n\r\n\r\n")]
    public async Task Cleartext_Garbage_ClosesOnlyThatConnection(string bytes)
    {
        using (RawConnection connection = await RawConnection.OpenAsync(Hub.Address))
        {
            await connection.SendAsync(bytes);
            connection.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            await connection.ReadToEndAsync();
        }

        using HttpResponseMessage alive = await Hub.Http.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    [Fact]
    public async Task Cleartext_ManyStreamsOverOneHttp2Connection_EachGetsTheEvent()
    {
        using HttpClient client = Hub.NewClient(HttpVersion.Version20);
        var streams = new List<OpenStream>();
        for (int i = 0; i < 50; i++)
        {
            streams.Add(await OpenStream.FromAsync(await client.GetAsync("/v1/events?topic=many", HttpCompletionOption.ResponseHeadersRead)));
        }

        await Hub.PublishAsync("many", "hello");
        foreach (OpenStream stream in streams)
        {
            await stream.ReadUntilAsync("data: hello\n\n");
            stream.Dispose();
        }
    }

    [Fact]
    public async Task Http2_SlowReader_LosesNothingAndDelaysNoOtherClient()
    {
        await using TestHub hub = await TestHub.StartAsync();
        using HttpClient slowClient = hub.NewClient(HttpVersion.Version20);
        using OpenStream slow = await OpenStream.FromAsync(
            await slowClient.GetAsync("/v1/events?topic=a", HttpCompletionOption.ResponseHeadersRead));
        using OpenStream quick = await hub.OpenAsync("?topic=a");
        string large = new('x', 100_000);
        for (int i = 0; i < 100; i++)
        {
            await hub.PublishAsync("a", $"{i}:{large}");
        }

        await hub.PublishAsync("a", "last");
        await quick.ReadUntilAsync("data: last\n\n");
        string text = await slow.ReadUntilAsync("data: last\n\n");
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), text.Split("data: ").Skip(1).Select(d => d.Split(':', '\n')[0]).SkipLast(1));
    }

    [Fact]
    public void IsInternal_OfTheEndPointInsideTheProcess_IsTrue()
    {
        Assert.True(CleartextHttp2.IsInternal("http://127.0.0.1:8080#h2c"));
        Assert.False(CleartextHttp2.IsInternal("http://127.0.0.1:8080"));
    }
}
