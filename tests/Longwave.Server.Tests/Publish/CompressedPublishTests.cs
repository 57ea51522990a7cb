using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Publish;

/// <summary>Bodies with <c>Content-Encoding: gzip</c>.</summary>
public sealed class CompressedPublishTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private static readonly (string Name, string Value) Gzip = ("Content-Encoding", "gzip");

    private TestHub Hub => fixture.Hub;

    [Theory]
    [InlineData("gzip", 0)]
    [InlineData("gzip", 1)]
    [InlineData("GZip", 100_000)]
    [InlineData("x-gzip", 900_000)]
    public async Task Publish_CompressedBody_StoresTheDecompressedData(string encoding, int length)
    {
        string topic = fixture.NewTopic();
        string data = string.Concat(Enumerable.Range(0, length / 5).Select(static i => $"{i:00000}")) + new string('x', length % 5);
        using HttpResponseMessage response = await Hub.PostAsync($"/v1/events?topic={topic}", Compress(data), null, ("Content-Encoding", encoding));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(data, await DataAsync(topic));
    }

    [Fact]
    public async Task Publish_CompressedLines_StoresEachEvent()
    {
        string topic = fixture.NewTopic();
        string lines = string.Join('\n', Enumerable.Range(0, 5_000).Select(i => $$"""{"topic":"{{topic}}","data":[{{i}}]}"""));
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events", Compress(lines), "application/x-ndjson", Gzip);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(5_000, (await TestHub.ReadJsonAsync(response)).GetProperty("ids").GetArrayLength());
        Assert.Equal(5_000, Hub.Engine.Topics(null, null, 1_000).Topics.Single(found => found.Name == topic).Count);
    }

    [Fact]
    public async Task Publish_CompressedCloudEvent_IsRead()
    {
        string topic = fixture.NewTopic();
        string json = $$"""{"specversion":"1.0","id":"1","source":"s","type":"t","topic":"{{topic}}","data":"x"}""";
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events", Compress(json), "application/cloudevents+json", Gzip);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    /// <summary>A body that expands a thousandfold: the hub stops at its limit.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("application/x-ndjson")]
    public async Task Publish_BodyThatExpandsWithoutEnd_IsRejectedAtTheLimit(string? contentType)
    {
        // Less than two bodies at a time: bytes that stay counted, or that are decompressed beyond the limit of the request, lead to 503.
        await using TestHub hub = await TestHub.StartAsync(static options =>
        {
            options.Engine.Limits.MaxRequestBytes = options.Engine.Limits.MaxEventBytes = 1024 * 1024;
            options.Server.MaxReceivingBytes = 2 * 1024 * 1024;
        });
        byte[] bomb = Compress(new string(' ', 64 * 1024 * 1024));
        Assert.True(bomb.Length < 1024 * 1024);
        for (int i = 0; i < 5; i++)
        {
            using HttpResponseMessage response = await hub.PostAsync("/v1/events?topic=t", bomb, contentType, Gzip);
            await TestHub.AssertProblemAsync(response, 413, "request-too-large", "body");
        }

        Assert.Empty(hub.Engine.Topics(null, null, 10).Topics);
    }

    /// <summary>Empty blocks: the body is long and decompresses to nothing.</summary>
    [Fact]
    public async Task Publish_LongBodyOfEmptyBlocks_IsRejectedAtTheLimit()
    {
        await using TestHub hub = await TestHub.StartAsync(static options => options.Engine.Limits.MaxRequestBytes = options.Engine.Limits.MaxEventBytes = 64 * 1024);
        byte[] head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        byte[] emptyBlock = [0, 0, 0, 0xff, 0xff];
        byte[] body = [.. head, .. Enumerable.Repeat(emptyBlock, 200_000).SelectMany(static block => block)];
        using HttpResponseMessage declared = await hub.PostAsync("/v1/events?topic=t", body, null, Gzip);
        await TestHub.AssertProblemAsync(declared, 413, "request-too-large", "body");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events?topic=t") { Content = new StreamContent(new MemoryStream(body)) };
        request.Content.Headers.Add("Content-Encoding", "gzip");
        request.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage chunked = await hub.Http.SendAsync(request);
        await TestHub.AssertProblemAsync(chunked, 413, "request-too-large", "body");
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("no gzip")]
    [InlineData("bytes after it")]
    [InlineData("a second member")]
    [InlineData("a wrong checksum")]
    [InlineData("nothing")]
    public async Task Publish_BodyThatIsNotOneGzipStream_IsRejected(string kind)
    {
        string topic = fixture.NewTopic();
        byte[] whole = Compress("some data that is long enough to be cut");
        byte[] body = kind switch
        {
            "cut" => whole[..^9],
            "no gzip" => "plain text"u8.ToArray(),
            "bytes after it" => [.. whole, .. "more"u8],
            "a second member" => [.. whole, .. Compress("more")],
            "a wrong checksum" => [.. whole[..^8], 1, 2, 3, 4, .. whole[^4..]],
            _ => [],
        };
        foreach (string? contentType in (string?[])[null, "application/x-ndjson"])
        {
            using HttpResponseMessage response = await Hub.PostAsync($"/v1/events?topic={topic}", body, contentType, Gzip);
            await TestHub.AssertProblemAsync(response, 400, "malformed-body", "body");
        }

        Assert.DoesNotContain(Hub.Engine.Topics(null, null, 1_000).Topics, found => found.Name == topic);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("gzip, gzip")]
    [InlineData("zstd")]
    public async Task Publish_OtherEncoding_IsRejectedWithTheEncodingsOfTheHub(string encoding)
    {
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events?topic=t", [1], null, ("Content-Encoding", encoding));
        await TestHub.AssertProblemAsync(response, 415, "unsupported-encoding", "Content-Encoding");
        Assert.Equal("gzip", Assert.Single(response.Headers.GetValues("Accept-Encoding")));
    }

    private static byte[] Compress(string text)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
            if (text.Length == 0)
            {
                // Without it, .NET writes nothing at all for no data.
                return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            }
        }

        return compressed.ToArray();
    }

    private async Task<string> DataAsync(string topic)
    {
        JsonElement one = Assert.Single((await Hub.PollAsync($"?topic={topic}&since=earliest")).GetProperty("events").EnumerateArray());
        return one.TryGetProperty("data", out JsonElement data) ? data.GetString()! : "";
    }
}
