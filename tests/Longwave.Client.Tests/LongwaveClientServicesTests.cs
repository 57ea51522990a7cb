using Longwave.Client.Subscriptions;
using Longwave.Client.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Longwave.Client.Tests;

public sealed class LongwaveClientServicesTests
{
    [Fact]
    public async Task AddLongwaveClient_HandlersOfTheApplication_AreInThePipeline()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        var services = new ServiceCollection();
        services.AddTransient<CountingHandler>();
        services.AddLongwaveClient(new Uri(hub.Url), (_, options) => options.UserAgent = "mine/1").AddHttpMessageHandler<CountingHandler>();
        await using ServiceProvider provider = services.BuildServiceProvider();
        LongwaveClient client = provider.GetRequiredService<LongwaveClient>();

        await client.PublishAsync("t", "a");
        await foreach (ReceivedEvent e in client.Subscribe(new SubscriptionOptions { Selectors = ["t"], Since = SubscriptionOptions.Earliest }))
        {
            Assert.Equal("a", e.Data);
            break;
        }

        Assert.Equal(["POST mine/1", "GET mine/1"], CountingHandler.Seen);
        Assert.Same(client, provider.GetRequiredService<LongwaveClient>());
    }

    private sealed class CountingHandler : DelegatingHandler
    {
        public static List<string> Seen { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Seen.Add($"{request.Method} {request.Headers.UserAgent}");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
