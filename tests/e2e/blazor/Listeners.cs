using Longwave.Client;
using Longwave.Client.Publishing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;

namespace Longwave.BlazorApp;

/// <summary>The functions of the page for the browser test.</summary>
public static class Listeners
{
    private static readonly Dictionary<string, Listener> Started = [];

    /// <summary>Starts a subscription with a client of its own.</summary>
    /// <param name="name">Name of the subscription.</param>
    /// <param name="hub">URL of the hub.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="token">The token; null for an anonymous client.</param>
    /// <param name="polls">Whether to poll.</param>
    [JSInvokable]
    public static void Start(string name, string hub, string topic, string? token, bool polls) => Started.Add(name, new Listener(ClientOf(hub, token), topic, polls));

    /// <summary>Returns what a subscription has received since the last call.</summary>
    /// <param name="name">Name of the subscription.</param>
    [JSInvokable]
    public static object Take(string name) => Started[name].Take();

    /// <summary>Cancels a subscription and waits for its end.</summary>
    /// <param name="name">Name of the subscription.</param>
    [JSInvokable]
    public static Task StopAsync(string name) => Started[name].StopAsync();

    /// <summary>Publishes an event and returns its position.</summary>
    /// <param name="hub">URL of the hub.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="data">The data.</param>
    [JSInvokable]
    public static async Task<string> PublishAsync(string hub, string topic, string data)
    {
        await using LongwaveClient client = ClientOf(hub, null);
        PublishResult result = await client.PublishAsync(topic, data);
        return result.Position;
    }

    /// <summary>Anonymous clients use the handler of the SDK; the others that of the application's services.</summary>
    private static LongwaveClient ClientOf(string hub, string? token)
    {
        if (token is null)
        {
            return new LongwaveClient(hub);
        }

        var services = new ServiceCollection();
        services.AddLongwaveClient(new Uri(hub), (_, options) => options.TokenProvider = _ => ValueTask.FromResult(token));
        return services.BuildServiceProvider().GetRequiredService<LongwaveClient>();
    }
}
