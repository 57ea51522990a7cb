using System.Net.Http.Json;
using System.Text.Json;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Subscribe;

/// <summary>A stream is the last response of its connection: requests that the client sends behind it are not executed.</summary>
public sealed class StreamResponseTests
{
    private const string Stream = "GET /v1/events?topic=a HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private const string Publish = "POST /v1/events?topic=behind HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi";
    private const string Poll = "GET /v1/events?topic=behind&wait=60 HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_RequestsPipelinedBehindIt_AreNotExecuted(bool parks)
    {
        await using TestHub hub = await TestHub.StartAsync(options => options.Server.ParkStreams = parks);
        using (RawConnection connection = await RawConnection.OpenAsync(hub.Address))
        {
            await connection.SendAsync(Stream + Publish + Publish + Poll);
            await connection.ReadUntilAsync("retry: ");
            await hub.PublishAsync("a", "after");
            await connection.ReadUntilAsync("data: after\n\n");
            Assert.Equal(1, hub.Engine.ConnectionCount);
            await hub.Engine.DrainAsync(TestContext.Current.CancellationToken);
            Assert.Equal(2, (await connection.ReadToEndAsync()).Split("HTTP/1.1 ").Length);
        }

        Assert.Equal(0, hub.Engine.ConnectionCount);
        JsonElement topics = await hub.Http.GetFromJsonAsync<JsonElement>("/v1/topics", TestContext.Current.CancellationToken);
        Assert.Equal("a", Assert.Single(topics.GetProperty("topics").EnumerateArray()).GetProperty("topic").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_ClientLeavesWithPollsBehindIt_GivesEveryPlaceBack(bool parks)
    {
        await using TestHub hub = await TestHub.StartAsync(options => options.Server.ParkStreams = parks);
        for (int i = 0; i < 20; i++)
        {
            using RawConnection connection = await RawConnection.OpenAsync(hub.Address);
            await connection.SendAsync(Stream + string.Concat(Enumerable.Repeat(Poll, 20)));
            await connection.ReadUntilAsync("retry: ");
        }

        await Eventually.TrueAsync(() => hub.Engine.ConnectionCount == 0);
    }
}
