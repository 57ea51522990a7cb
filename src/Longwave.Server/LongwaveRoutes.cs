using Longwave.Server.Admission;
using Longwave.Server.Browsers;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Longwave.Server.Kestrel;
using Longwave.Server.Manage;
using Longwave.Server.Mercure;
using Longwave.Server.Page;
using Longwave.Server.Startup;
using Longwave.Server.Subscribe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Longwave.Server;

/// <summary>Maps the hub's endpoints.</summary>
public static class LongwaveRoutes
{
    /// <summary>Maps <c>/v1/events</c>, <c>/v1/subscribe</c>, <c>/v1/topics</c>, <c>/v1/connections</c>, <c>/v1/tickets</c>, <c>/v1/revocations</c>, <c>/v1/telemetry</c>, <c>/healthz</c>, <c>/readyz</c> and, unless <see cref="MercureOptions.Enabled"/> is off, <c>/.well-known/mercure</c> below <paramref name="prefix"/>, and the page at <c>/</c> unless <see cref="ServerOptions.Page"/> is off.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">Path prefix of all endpoints, e.g. <c>/hub</c>; empty for none.</param>
    /// <returns>A builder for conventions (authorization, host filters). Authorization does not apply to <c>/healthz</c>, <c>/readyz</c> and preflights.</returns>
    public static IEndpointConventionBuilder MapLongwave(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        IServiceProvider services = endpoints.ServiceProvider;
        EndpointGuard refusals = services.GetRequiredService<EndpointGuard>();
        StrictFraming framing = services.GetRequiredService<StrictFraming>();
        BrowserGate browsers = services.GetRequiredService<BrowserGate>();
        HealthEndpoint health = services.GetRequiredService<HealthEndpoint>();
        RouteGroupBuilder group = endpoints.MapGroup(prefix);
        Map("/v1/events", EndpointCost.ByContent, services.GetRequiredService<EventsEndpoint>().HandleAsync);
        Map("/v1/subscribe", EndpointCost.ByContent, services.GetRequiredService<SubscribeEndpoint>().HandlePostAsync);
        Map("/v1/topics", EndpointCost.List, services.GetRequiredService<TopicsEndpoint>().HandleAsync);
        Map("/v1/tickets", EndpointCost.Token, services.GetRequiredService<TicketsEndpoint>().HandleAsync);
        Map("/v1/revocations", EndpointCost.List, services.GetRequiredService<RevocationsEndpoint>().HandleAsync);
        Map("/v1/connections", EndpointCost.List, services.GetRequiredService<ConnectionsEndpoint>().HandleListAsync);
        Map("/v1/connections/{id}", EndpointCost.Small, services.GetRequiredService<ConnectionsEndpoint>().HandleOneAsync);
        Map("/v1/connections/{id}/token", EndpointCost.Token, services.GetRequiredService<RenewEndpoint>().HandleAsync);
        Map("/v1/telemetry", EndpointCost.Small, services.GetRequiredService<TelemetryEndpoint>().HandleAsync);
        Map("/v1/{**rest}", EndpointCost.Small, refusals.NotFoundAsync);
        MapPublic(group, "/healthz", EndpointCost.Free, health.HandleLivenessAsync);
        MapPublic(group, "/readyz", EndpointCost.Free, health.HandleReadinessAsync);
        LongwaveOptions options = services.GetRequiredService<LongwaveOptions>();
        if (options.Mercure.Enabled)
        {
            SubscriptionsEndpoint subscriptions = services.GetRequiredService<SubscriptionsEndpoint>();
            Map(HubAddress.Path, EndpointCost.ByContent, services.GetRequiredService<MercureEndpoint>().HandleAsync);
            Map($"{HubAddress.Path}/subscriptions", EndpointCost.List, subscriptions.HandleAsync);
            Map($"{HubAddress.Path}/subscriptions/{{**rest}}", EndpointCost.List, subscriptions.HandleAsync);

            // At the root regardless of the prefix: clients derive this URL from the hub's URL (RFC 9728, section 3.1).
            MapPublic(
                endpoints, $"{MercureProblems.MetadataPrefix}{prefix}{HubAddress.Path}", EndpointCost.Small, services.GetRequiredService<MetadataEndpoint>().HandleAsync);
        }

        if (options.Server.Page)
        {
            PageEndpoint page = services.GetRequiredService<PageEndpoint>();
            Map("/", EndpointCost.Small, page.HandleIndexAsync);
            Map("/page/{file}", EndpointCost.Small, page.HandleFileAsync);
        }

        return group;

        // All methods: the endpoints answer unsupported ones with a problem and the Allow header.
        void Map(string path, EndpointCost cost, RequestDelegate handler)
        {
            RequestDelegate guarded = Guard(cost, handler);
            Describe(group.Map(path, guarded), path, cost);

            // Authorization of the application must not reject a preflight, which browsers send without credentials.
            Describe(group.MapMethods(path, [HttpMethods.Options], guarded), path, cost).WithMetadata(PublicEndpoint.Instance).AllowAnonymous();
        }

        void MapPublic(IEndpointRouteBuilder routes, string path, EndpointCost cost, RequestDelegate handler) =>
            Describe(routes.Map(path, Guard(cost, handler)), path, cost).WithMetadata(PublicEndpoint.Instance).AllowAnonymous();

        RequestDelegate Guard(EndpointCost cost, RequestDelegate handler) =>
            framing.Guard(refusals.Guard(browsers.Guard(cost.Requests == 0 ? handler : refusals.Limit(handler))));
    }

    /// <summary>Sets the metadata of an endpoint. It opts out of what an application may apply to all requests and what would break a stream or an answer of the hub.</summary>
    private static IEndpointConventionBuilder Describe(IEndpointConventionBuilder endpoint, string path, EndpointCost cost) => endpoint
        .WithMetadata(cost)
        .WithDisplayName($"Longwave {path}")
        .DisableRequestTimeout()
        .DisableCookieRedirect()
        .CacheOutput(static policy => policy.NoCache());
}
