using System.Net;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Kestrel;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Longwave.Server.Startup;

/// <summary>
/// Checks at start what the hub needs of the application around it. Warns where an option of the application does not suit the hub, and stops the start
/// of a hub that every client could reach and use.
/// </summary>
internal sealed partial class HostCheck(
    LongwaveOptions options, IOptions<HostOptions> host, IServiceProvider services, ILoggerFactory loggers, ILogger<HostCheck> logger) : IHostedLifecycleService
{
    /// <summary>The categories that log whole request lines and headers, including tickets and tokens, and the lowest level of each without them.</summary>
    public static readonly (string Category, LogLevel Level)[] SecretCategories =
    [
        ("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning),
        ("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Information),
    ];

    /// <summary>Time for pending answers after the streams are drained.</summary>
    private static readonly TimeSpan ShutdownReserve = TimeSpan.FromSeconds(15);

    /// <summary>Time that the hub needs between the signal to stop and its end.</summary>
    public static TimeSpan ShutdownTime(LongwaveOptions options) => options.Engine.DrainWindow + ShutdownReserve;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (host.Value.ShutdownTimeout < ShutdownTime(options))
        {
            LogShortShutdown(host.Value.ShutdownTimeout, ShutdownTime(options));
        }

        if (options.RequiresAuthentication && Array.Find(SecretCategories, category => loggers.CreateLogger(category.Category).IsEnabled(category.Level - 1)) is { Category: { } leak })
        {
            LogSecretsLogged(leak);
        }

        return Task.CompletedTask;
    }

    /// <summary>Stops the start of an open hub beyond loopback. The addresses are known only now, when the web server listens.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (options.RequiresAuthentication || options.Server.Insecure)
        {
            return Task.CompletedTask;
        }

        ICollection<string> addresses = services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        string open = string.Join(", ", addresses.Where(static address => !CleartextHttp2.IsInternal(address) && !IsLoopback(address)));
        if (open.Length == 0 || !services.GetServices<EndpointDataSource>().SelectMany(static source => source.Endpoints).Any(IsOpen))
        {
            return Task.CompletedTask;
        }

        throw new OptionsValidationException(
            nameof(LongwaveOptions),
            typeof(LongwaveOptions),
            [
                $"Refusing to serve the hub on {open}: it requires no authentication, so any client that reaches it could read and publish everything. "
                + "Configure authentication (section Auth), accept the users of the application (Auth.AcceptUsers), require authorization (MapLongwave().RequireAuthorization()), "
                + "listen on localhost only, or set Server:Insecure to allow this.",
            ]);
    }

    /// <summary>Whether the endpoint gives every client access to events.</summary>
    private static bool IsOpen(Endpoint endpoint)
    {
        EndpointMetadataCollection metadata = endpoint.Metadata;
        bool isAuthorized = metadata.GetMetadata<IAllowAnonymous>() is null && (metadata.GetMetadata<IAuthorizeData>() is not null || metadata.GetMetadata<AuthorizationPolicy>() is not null);
        return metadata.GetMetadata<EndpointCost>() is not null && metadata.GetMetadata<PublicEndpoint>() is null && !isAuthorized;
    }

    /// <summary>Whether only this machine reaches the address. An address that can't be read counts as reachable.</summary>
    internal static bool IsLoopback(string address)
    {
        BindingAddress parsed;
        try
        {
            parsed = BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            return false;
        }

        return parsed.IsUnixPipe || parsed.IsNamedPipe
            || parsed.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(parsed.Host, out IPAddress? ip) && IPAddress.IsLoopback(ip));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 2120, Level = LogLevel.Warning, Message = "The host's shutdown time-out of {Timeout} can cut the drain of the streams short, which needs {Needed}. Call AllowDrain on HostOptions, or set a shorter Engine:DrainWindow")]
    private partial void LogShortShutdown(TimeSpan timeout, TimeSpan needed);

    [LoggerMessage(EventId = 2121, Level = LogLevel.Warning, Message = "The log category {Category} writes whole requests, including tickets and tokens. Call HideRequestSecrets on the application's logging, or set the level of the category to Warning")]
    private partial void LogSecretsLogged(string category);
}
