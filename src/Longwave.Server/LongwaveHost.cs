using Longwave.Server.Configuration;
using Longwave.Server.Startup;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwave.Server;

/// <summary>Settings of the host for a hub. <see cref="LongwaveServices.AddLongwave"/> alone changes nothing outside the hub.</summary>
public static class LongwaveHost
{
    /// <summary>Keeps tickets and tokens out of the application's log: limits the categories of ASP.NET Core that log whole request lines and headers, for all requests of the application.</summary>
    /// <param name="logging">The application's logging.</param>
    /// <returns><paramref name="logging"/>.</returns>
    public static ILoggingBuilder HideRequestSecrets(this ILoggingBuilder logging)
    {
        ArgumentNullException.ThrowIfNull(logging);
        foreach ((string category, LogLevel level) in HostCheck.SecretCategories)
        {
            logging.AddFilter(category, level);
        }

        return logging;
    }

    /// <summary>Raises the host's shutdown time-out, if it is shorter, to the drain window plus a reserve for pending answers.</summary>
    /// <param name="host">The host's options.</param>
    /// <param name="options">The hub's options, which determine the drain window.</param>
    public static void AllowDrain(this HostOptions host, LongwaveOptions options)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(options);
        TimeSpan needed = HostCheck.ShutdownTime(options);
        host.ShutdownTimeout = host.ShutdownTimeout < needed ? needed : host.ShutdownTimeout;
    }
}
