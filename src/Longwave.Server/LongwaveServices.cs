using Longwave.Engine.Health;
using Longwave.Server.Admission;
using Longwave.Server.Bodies;
using Longwave.Server.Browsers;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Longwave.Server.Identity;
using Longwave.Server.Kestrel;
using Longwave.Server.Manage;
using Longwave.Server.Mercure;
using Longwave.Server.Page;
using Longwave.Server.Publish;
using Longwave.Server.Startup;
using Longwave.Server.Subscribe;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Longwave.Server;

/// <summary>Adds a hub to an ASP.NET Core application.</summary>
public static class LongwaveServices
{
    /// <summary>Adds the hub, which opens its log when the application starts. Map its endpoints with <see cref="LongwaveRoutes.MapLongwave"/>.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets options in code, after <paramref name="configuration"/>.</param>
    /// <param name="configuration">Section with <c>Engine</c> and <c>Server</c>; an unknown key stops the start.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <remarks>
    /// At start the application throws <see cref="OptionsValidationException"/> for a value out of range, and
    /// <see cref="Longwave.Engine.Storage.LogUnavailableException"/> when the log can't be opened. The hub changes no option of the application or of its
    /// web server: where one of them is unsuitable, the hub logs a warning with the remedy.
    /// </remarks>
    public static IServiceCollection AddLongwave(
        this IServiceCollection services, Action<LongwaveOptions>? configure = null, IConfiguration? configuration = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        OptionsBuilder<LongwaveOptions> options = services.AddOptions<LongwaveOptions>();
        if (configuration is not null)
        {
            options.Bind(configuration);
            services.AddSingleton<IValidateOptions<LongwaveOptions>>(new UnknownKeysCheck(configuration));
        }

        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.PostConfigure(static longwave =>
        {
            if (longwave.Mercure is { Enabled: true, Subscriptions: true } && longwave.Engine?.Policies is { } policies)
            {
                longwave.Engine.Policies = [SubscriptionAnnouncer.Policy, .. policies];
            }
        });
        options.ValidateOnStart();
        services.AddSingleton<IValidateOptions<LongwaveOptions>, OptionsCheck>();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<LongwaveOptions>>().Value);

        // Without the route constraint for regular expressions, which the hub does not need and which an application may have left out.
        services.AddRoutingCore();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<BackgroundLoops>();
        services.AddSingleton<RunningHub>();
        services.AddHostedService<HubService>();
        services.AddSingleton(provider => new ReceivingBudget(ShareOfMemory(provider.GetRequiredService<LongwaveOptions>().Server.MaxReceivingBytes)));
        services.AddSingleton(provider => new AnswerBudget(ShareOfMemory(provider.GetRequiredService<LongwaveOptions>().Server.MaxAnswerBytes)));
        services.AddSingleton<ListResponse>();
        services.AddHostedService<HostCheck>();
        services.AddSingleton<HeaderEncoding>();
        services.AddSingleton(provider => new ProblemWriter(provider.GetRequiredService<LongwaveOptions>().Server));
        services.AddSingleton(provider => new ClientAddresses(provider.GetRequiredService<LongwaveOptions>().Server));
        services.AddSingleton<MemoryWatch>();
        services.AddSingleton<AdmissionControl>();
        services.AddSingleton<PatternCompiler>();
        services.AddSingleton<SocketAdmission>();
        services.AddSingleton<ForgottenConnections>();
        services.AddSingleton<StrictFraming>();
        services.AddSingleton(provider => new BrowserRules(
            provider.GetRequiredService<LongwaveOptions>().Server, provider.GetRequiredService<ClientAddresses>()));
        services.AddSingleton<RejectedOrigins>();
        services.AddSingleton<BrowserGate>();
        services.AddSingleton<EndpointGuard>();
        AddIdentity(services);
        AddMercure(services);
        services.AddSingleton<StreamResponse>();
        services.AddSingleton<UnavailableResponse>();
        services.AddSingleton<SubscribeEndpoint>();
        services.AddSingleton<PublishEndpoint>();
        services.AddSingleton(provider => new LongwavePublisher(provider.GetRequiredService<RunningHub>(), provider.GetRequiredService<LongwaveOptions>()));
        services.AddSingleton<EventsEndpoint>();
        services.AddSingleton<TopicsEndpoint>();
        services.AddSingleton<DeletionEndpoint>();
        services.AddSingleton<TelemetryTotals>();
        services.AddSingleton<TelemetryEndpoint>();
        services.AddSingleton<HealthEndpoint>();
        services.AddSingleton<PageFiles>();
        services.AddSingleton<PageEndpoint>();
        return services;
    }

    /// <summary>A limit for buffers of clients: as configured, but at most a quarter of the memory available to the process.</summary>
    private static long ShareOfMemory(long configured) => Math.Min(configured, MemoryUse.ReadAvailable() / 4);

    private static void AddMercure(IServiceCollection services)
    {
        services.AddSingleton<IGrantVocabulary, LegacyClaim>();
        services.AddSingleton<IGrantVocabulary, AuthorizationDetails>();
        services.AddSingleton<MercureAuthenticator>();
        services.AddSingleton<MercureProblems>();
        services.AddSingleton<FormBody>();
        services.AddSingleton<SubscriptionAnnouncer>();
        services.AddHostedService(static provider => provider.GetRequiredService<SubscriptionAnnouncer>());
        services.AddSingleton<ActiveSubscriptions>();
        services.AddSingleton<MercureSubscribeEndpoint>();
        services.AddSingleton<MercurePublishEndpoint>();
        services.AddSingleton<MercureEndpoint>();
        services.AddSingleton<SubscriptionsEndpoint>();
        services.AddSingleton<MetadataEndpoint>();
    }

    private static void AddIdentity(IServiceCollection services)
    {
        services.AddSingleton(provider => new TicketStore(provider.GetRequiredService<LongwaveOptions>().Auth, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<HubAddress>();
        services.AddSingleton(provider => new IssuerDirectory(
            provider.GetRequiredService<LongwaveOptions>().Auth,
            MercureKeys.Of(provider.GetRequiredService<LongwaveOptions>().Mercure),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<IGrantVocabulary, LongwaveClaim>();
        services.AddSingleton<Authenticator>();
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton<StreamOpener>();
        services.AddHostedService<KeyRefreshService>();
        services.AddSingleton<TicketsEndpoint>();
        services.AddSingleton<RenewEndpoint>();
        services.AddSingleton<ConnectionsEndpoint>();
        services.AddSingleton<RevocationsEndpoint>();
    }
}
