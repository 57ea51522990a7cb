using System.Net;
using Longwave.Client.Subscriptions;
using Microsoft.Extensions.DependencyInjection;

namespace Longwave.Client.Tests.Connections;

/// <summary>Tests the requests that the client sends to the handler of an application. The browser tests run the handler of Blazor WebAssembly.</summary>
public sealed class HubHttpTests
{
    private static readonly HttpRequestOptionsKey<bool> StreamsInBrowser = new("WebAssemblyEnableStreamingResponse");

    [Fact]
    public async Task SendAsync_RedirectedStream_RequestsABodyThatArrivesInPartsEachTime()
    {
        var handler = new RecordingHandler();
        var services = new ServiceCollection();
        services.AddLongwaveClient(new Uri("http://hub.example")).ConfigurePrimaryHttpMessageHandler(() => handler);
        await using ServiceProvider provider = services.BuildServiceProvider();
        await using LongwaveClient client = provider.GetRequiredService<LongwaveClient>();
        await foreach (ReceivedEvent _ in client.Subscribe("demo"))
        {
        }

        Assert.Equal([true, true], handler.Streams);
    }

    /// <summary>Redirects the first request and ends the subscription with the second one.</summary>
    private sealed class RecordingHandler : HttpMessageHandler
    {
        public List<bool> Streams { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Streams.Add(request.Options.TryGetValue(StreamsInBrowser, out bool streams) && streams);
            var response = new HttpResponseMessage(Streams.Count == 1 ? HttpStatusCode.TemporaryRedirect : HttpStatusCode.NoContent) { RequestMessage = request };
            response.Headers.Location = Streams.Count == 1 ? new Uri("/elsewhere", UriKind.Relative) : null;
            return Task.FromResult(response);
        }
    }
}
