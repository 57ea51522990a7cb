using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Longwave.Client;

/// <summary>Puts a client into an application's services.</summary>
public static class LongwaveClientServices
{
    /// <summary>Name of the <see cref="HttpClient"/> that the client gets from the application's <see cref="IHttpClientFactory"/>.</summary>
    public const string HttpClientName = "Longwave";

    /// <summary>Adds a <see cref="LongwaveClient"/>, one for the application, on the application's <see cref="IHttpClientFactory"/>.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="hub">Where the hub is.</param>
    /// <param name="configure">Sets options, with the application's services at hand (for a token provider, most often).</param>
    /// <returns>A builder for the <see cref="HttpClient"/>: handlers, certificates, proxies.</returns>
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
            return new LongwaveClient(hub, () => factory.CreateClient(HttpClientName), options);
        });

        // A stream has no end; the client has time-outs of its own for everything.
        return services.AddHttpClient(HttpClientName, static http => http.Timeout = Timeout.InfiniteTimeSpan);
    }
}
