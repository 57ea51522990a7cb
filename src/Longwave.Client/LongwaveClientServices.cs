using Longwave.Client.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Longwave.Client;

/// <summary>Registers a client in an application's service collection.</summary>
public static class LongwaveClientServices
{
    /// <summary>Name of the <see cref="HttpClient"/> that the client requests from the application's <see cref="IHttpClientFactory"/>.</summary>
    public const string HttpClientName = "Longwave";

    /// <summary>Adds a singleton <see cref="LongwaveClient"/> that uses the application's <see cref="IHttpClientFactory"/>.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="hub">Base URL of the hub, or its unix socket: <c>http://unix:/run/longwave/hub.sock</c>. A primary handler of your own must connect to the socket itself.</param>
    /// <param name="configure">Sets options; the service provider is available, for example for a token provider.</param>
    /// <returns>A builder for the <see cref="HttpClient"/>, for example to add handlers, certificates or a proxy.</returns>
    public static IHttpClientBuilder AddLongwaveClient(
        this IServiceCollection services, Uri hub, Action<IServiceProvider, LongwaveClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(hub);
        services.TryAddSingleton(provider =>
        {
            var options = new LongwaveClientOptions { TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System };
            configure?.Invoke(provider, options);
            IHttpClientFactory factory = provider.GetRequiredService<IHttpClientFactory>();
            return new LongwaveClient(hub, () => factory.CreateClient(HttpClientName), options, connectsToSocket: true);
        });

        // A stream does not end; the client has its own timeouts for every request.
        IHttpClientBuilder builder = services.AddHttpClient(HttpClientName, static http => http.Timeout = Timeout.InfiniteTimeSpan);
        return HubHttp.SocketOf(hub) is { } socket
            ? builder.ConfigurePrimaryHttpMessageHandler(() => HubHttp.MakeHandler(UnixSocketUrl.Base, socket))
            : builder;
    }
}
