using Longwave.Server.Browsers;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Tests.Browsers;

/// <summary>Header values as the clients send them: Chromium 156, Firefox 153, node 20.</summary>
public sealed class EventSourceRequestTests
{
    private const string Chromium = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";
    private const string Sdk = "text/event-stream, application/problem+json";

    [Theory]
    [InlineData("Chromium over HTTPS or to localhost", "text/event-stream", "no-cache", "cors", Chromium)]
    [InlineData("Firefox over HTTPS or to localhost", "text/event-stream", "no-cache", "cors", Firefox)]
    [InlineData("Chromium over HTTP", "text/event-stream", "no-cache", null, Chromium)]
    [InlineData("Firefox over HTTP", "text/event-stream", "no-cache", null, Firefox)]
    [InlineData("npm eventsource on node", "text/event-stream", "no-cache", "cors", "node")]
    [InlineData("several directives", "text/event-stream", "max-age=0, no-cache", "cors", Chromium)]
    public void Is_EventSource_ReturnsTrue(string client, string accept, string cacheControl, string? mode, string agent) =>
        Assert.True(EventSourceRequest.Is(Request("GET", accept, cacheControl, mode, agent)), client);

    [Theory]
    [InlineData("the TypeScript SDK", "GET", Sdk, "no-cache", "cors", Chromium)]
    [InlineData("the TypeScript SDK over HTTP", "GET", Sdk, "no-cache", null, Firefox)]
    [InlineData("fetch-event-source", "GET", "text/event-stream", null, "cors", Chromium)]
    [InlineData("curl", "GET", "*/*", null, null, "curl/7.88.1")]
    [InlineData("curl with headers", "GET", "text/event-stream", "no-cache", null, "curl/7.88.1")]
    [InlineData("a program without a name", "GET", "text/event-stream", "no-cache", null, null)]
    [InlineData("a typed address", "GET", "text/html,application/xhtml+xml,*/*;q=0.8", "no-cache", "navigate", Chromium)]
    [InlineData("a page that sends data", "POST", "text/event-stream", "no-cache", "cors", Chromium)]
    [InlineData("no Accept", "GET", null, "no-cache", "cors", Chromium)]
    public void Is_OtherClient_ReturnsFalse(string client, string method, string? accept, string? cacheControl, string? mode, string? agent) =>
        Assert.False(EventSourceRequest.Is(Request(method, accept, cacheControl, mode, agent)), client);

    private static HttpRequest Request(string method, string? accept, string? cacheControl, string? mode, string? agent)
    {
        HttpRequest request = new DefaultHttpContext().Request;
        request.Method = method;
        foreach ((string name, string? value) in (ReadOnlySpan<(string, string?)>)
            [("Accept", accept), ("Cache-Control", cacheControl), ("Sec-Fetch-Mode", mode), ("User-Agent", agent)])
        {
            if (value is not null)
            {
                request.Headers[name] = value;
            }
        }

        return request;
    }
}
