using System.Net;
using Longwave.Server.Configuration;
using Longwave.Server.Tests.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Tests.Identity;

/// <summary>A hub that accepts the tokens of one issuer, with helpers for tests of identity.</summary>
public sealed class IdentityHub : IAsyncDisposable
{
    private IdentityHub(TestHub hub, TestIssuer issuer, ShiftedClock clock) => (Hub, Issuer, Clock) = (hub, issuer, clock);

    public TestHub Hub { get; }

    public TestIssuer Issuer { get; }

    /// <summary>Clock of hub and issuer.</summary>
    public ShiftedClock Clock { get; }

    public static async Task<IdentityHub> StartAsync(Action<LongwaveOptions>? configure = null, LogLevel logLevel = LogLevel.Warning)
    {
        var clock = new ShiftedClock();
        var issuer = new TestIssuer { Clock = clock };
        TestHub hub = await TestHub.StartAsync(options =>
        {
            options.Auth.Issuers.Add(issuer.Options());
            options.Engine.Heartbeat = TimeSpan.FromMilliseconds(200);
            configure?.Invoke(options);
        }, clock: clock, logLevel: logLevel);
        return new IdentityHub(hub, issuer, clock);
    }

    public static (string Name, string Value) Bearer(string token) => ("Authorization", $"Bearer {token}");

    public string Admin() => Issuer.Token("root", """{"publish":["*"],"subscribe":["*"],"admin":true}""");

    public Task<OpenStream> OpenAsync(string query, string token) => Hub.OpenAsync(query, null, Bearer(token));

    public static string Connection(OpenStream stream) => stream.Response.Headers.GetValues("Longwave-Connection").Single();

    public Task<HttpResponseMessage> RenewAsync(OpenStream stream, string token) =>
        Hub.PostAsync($"/v1/connections/{Connection(stream)}/token", "", null, Bearer(token));

    public Task<HttpResponseMessage> RevokeAsync(string json) => Hub.PostAsync("/v1/revocations", json, "application/json", Bearer(Admin()));

    /// <summary>Publishes as root, which has the permission.</summary>
    public async Task PublishAsync(string topic, string data, string more = "")
    {
        using HttpResponseMessage response = await Hub.PostAsync($"/v1/events?topic={Uri.EscapeDataString(topic)}{more}", data, null, Bearer(Admin()));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Hub.Http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        Issuer.Dispose();
    }
}
