using System.Net;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Tests.Hosting;
using Longwave.Server.Tests.Identity;
using Longwave.Server.Tests.OpenApi;
using Microsoft.AspNetCore.Routing;

namespace Longwave.Server.Tests.Admission;

/// <summary>Every endpoint of the hub has a declared cost, and enforces it.</summary>
public sealed class EndpointCostTests
{
    private const int Burst = 10;

    /// <summary>Number of attempts that exceeds the bucket, even if a slow machine refills it meanwhile.</summary>
    private const int Tries = 2_000;

    [Fact]
    public async Task Endpoints_AllOfTheHub_HaveACostThatTheOpenApiDocumentStates()
    {
        await using TestHub hub = await StartAsync();
        RouteEndpoint[] endpoints = Endpoints(hub);
        Assert.All(endpoints, static endpoint => Assert.True(
            endpoint.Metadata.GetMetadata<EndpointCost>() is not null, $"{endpoint.RoutePattern.RawText} has no EndpointCost: map it with one"));

        Dictionary<string, int> costs = endpoints.Where(static e => !IsPreflight(e)).ToDictionary(static e => e.RoutePattern.RawText!, static e => e.Metadata.GetMetadata<EndpointCost>()!.Requests);
        foreach ((string path, string method) in from p in OpenApiDocument.Instance.Paths from m in OpenApiDocument.Instance.MethodsOf(p) where m != "options" select (p, m))
        {
            Assert.Equal((path, costs[path]), (path, OpenApiDocument.Instance.Operation(path, method).GetProperty("x-request-cost").GetInt32()));
        }
    }

    [Fact]
    public async Task Request_AboveTheRateOfItsAddress_IsRejectedAtEveryEndpointThatHasACost()
    {
        await using TestHub hub = await StartAsync();
        string[] paths = [.. Endpoints(hub).Where(static e => !IsPreflight(e) && e.Metadata.GetMetadata<EndpointCost>()!.Requests > 0).Select(static e => e.RoutePattern.RawText!)];
        Assert.True(paths.Length >= 10, string.Join(' ', paths));
        for (int i = 0; i < paths.Length; i++)
        {
            int cost = Endpoints(hub).First(e => e.RoutePattern.RawText == paths[i]).Metadata.GetMetadata<EndpointCost>()!.Requests;
            int accepted = await UntilRejectedAsync(hub, paths[i].Replace("{**rest}", "x", StringComparison.Ordinal).Replace("{id}", "x", StringComparison.Ordinal), $"198.51.100.{i}");
            Assert.True(accepted >= Burst / cost, $"{paths[i]} accepted {accepted} requests of cost {cost}");
        }
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task Health_AddressWithoutAnyRequestLeft_IsAnswered(string path)
    {
        await using TestHub hub = await StartAsync();
        await UntilRejectedAsync(hub, "/v1/topics", "198.51.100.1");
        for (int i = 0; i < 3 * Burst; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(hub, path, "198.51.100.1")).StatusCode);
        }
    }

    [Fact]
    public async Task Request_AboveTheRateOfItsSubject_IsRejectedFromAnyAddress()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync(Limit);
        string token = hub.Issuer.Token("alice", """{"subscribe":["*"]}""");
        int accepted = 0;
        while (accepted < Tries && (await SendAsync(hub.Hub, "/v1/topics", $"198.51.{accepted / 250}.{accepted % 250}", token)).StatusCode == HttpStatusCode.OK)
        {
            accepted++;
        }

        Assert.InRange(accepted, 1, Tries - 1);
    }

    private static RouteEndpoint[] Endpoints(TestHub hub) => [.. hub.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    private static bool IsPreflight(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is not null;

    private static Task<TestHub> StartAsync() => TestHub.StartAsync(Limit);

    private static void Limit(LongwaveOptions options)
    {
        options.Server.TrustedProxies = ["127.0.0.1"];
        (options.Server.Admission.Address.RequestsPerSecond, options.Server.Admission.Address.RequestBurst) = (1, Burst);
        (options.Server.Admission.Subject.RequestsPerSecond, options.Server.Admission.Subject.RequestBurst) = (1, Burst);
    }

    /// <summary>Sends requests until one is rejected; returns the number of those before.</summary>
    private static async Task<int> UntilRejectedAsync(TestHub hub, string path, string client)
    {
        for (int i = 0; i < Tries; i++)
        {
            using HttpResponseMessage response = await SendAsync(hub, path, client);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                await TestHub.AssertProblemAsync(response, 429, "rate-limited");
                Assert.True(response.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
                return i;
            }
        }

        throw new Xunit.Sdk.XunitException($"{path}: {Tries} requests, and none was rejected.");
    }

    private static async Task<HttpResponseMessage> SendAsync(TestHub hub, string path, string client, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Forwarded-For", client);
        if (token is not null)
        {
            request.Headers.Add("Authorization", $"Bearer {token}");
        }

        return await hub.Http.SendAsync(request);
    }
}
