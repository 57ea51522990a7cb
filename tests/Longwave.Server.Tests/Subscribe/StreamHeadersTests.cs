using System.Net;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Subscribe;

public sealed class StreamHeadersTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    [Theory]
    [InlineData("GET", "/v1/events?topic=headers", "text/event-stream")]
    [InlineData("GET", "/v1/events?topic=headers&format=cloudevents", "text/event-stream")]
    [InlineData("GET", "/v1/events?topic=headers", "application/x-ndjson")]
    [InlineData("HEAD", "/v1/events?topic=headers", "text/event-stream")]
    [InlineData("HEAD", "/v1/events?topic=headers", "application/x-ndjson")]
    [InlineData("GET", "/.well-known/mercure?topic=headers", "text/event-stream")]
    [InlineData("GET", "/.well-known/mercure?match=headers", "text/event-stream")]
    [InlineData("HEAD", "/.well-known/mercure?topic=headers", "text/event-stream")]
    [InlineData("QUERY", "/.well-known/mercure", "text/event-stream")]
    public async Task Send_AnyStream_ForbidsStorageAndTransformation(string method, string address, string media)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        request.Headers.Add("Accept", media);
        if (method == "QUERY")
        {
            request.Content = new FormUrlEncodedContent([KeyValuePair.Create("match", "headers")]);
        }

        using HttpResponseMessage answer = await fixture.Hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(media, answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-store, no-transform", answer.Headers.CacheControl!.ToString());
        Assert.Equal(["no"], answer.Headers.GetValues("X-Accel-Buffering"));
    }
}
