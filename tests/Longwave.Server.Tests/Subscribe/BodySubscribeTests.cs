using System.Net;
using System.Text;
using System.Text.Json;
using Longwave.Server.Configuration;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Subscribe;

/// <summary>Subscriptions with parameters in the body: <c>QUERY /v1/events</c> and <c>POST /v1/subscribe</c>.</summary>
public sealed class BodySubscribeTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private const string Form = "application/x-www-form-urlencoded";

    private TestHub Hub => fixture.Hub;

    [Theory]
    [InlineData("QUERY", "/v1/events")]
    [InlineData("POST", "/v1/subscribe")]
    public async Task Subscribe_ListTooLongForAUrl_DeliversTheEventsOfEachTopic(string method, string path)
    {
        string prefix = fixture.NewTopic();
        string[] topics = [.. Enumerable.Range(0, 1_000).Select(n => $"{prefix}/{n}/{new string('é', 100)}")];
        string body = $"since=earliest&{string.Join('&', topics.Select(static topic => $"topic={Uri.EscapeDataString(topic)}"))}";
        await Hub.PublishAsync(topics[^1], "last");
        using HttpResponseMessage response = await SendAsync(Hub, method, path, body, "text/event-stream");
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.True(response.Headers.Contains("Longwave-Connection"));
        using OpenStream stream = await OpenStream.FromAsync(response);
        await stream.ReadUntilAsync("data: last\n\n");
        await Hub.PublishAsync(topics[0], "live");
        await stream.ReadUntilAsync("data: live\n\n");
    }

    [Theory]
    [InlineData("QUERY", "/v1/events")]
    [InlineData("POST", "/v1/subscribe")]
    public async Task Subscribe_ParametersInQueryAndBody_AreOneRequest(string method, string path)
    {
        (string one, string two) = (fixture.NewTopic(), fixture.NewTopic());
        string first = await Hub.PublishAsync(one, "a");
        await Hub.PublishAsync(one, "b", "t");
        await Hub.PublishAsync(two, "c", "t");
        using HttpResponseMessage response = await SendAsync(Hub, method, $"{path}?topic={one}", $"topic={two}&type=t&last_event_id={first}", "application/json");
        JsonElement answer = await TestHub.ReadJsonAsync(response);
        Assert.Equal(["b", "c"], answer.GetProperty("events").EnumerateArray().Select(static e => e.GetProperty("data").GetString()));
    }

    [Theory]
    [InlineData("topics=a", Form, 400, "unknown-parameter", "topics")]
    [InlineData("topic=a&since=now&since=now", Form, 400, "repeated-parameter", "since")]
    [InlineData("", Form, 400, "missing-parameter", "topic")]
    [InlineData("topic=%FF", Form, 400, "invalid-utf8", "topic")]
    [InlineData("topic=a&ticket=x", Form, 400, "invalid-parameter", "ticket")]
    [InlineData("topic=a&access_token=x", Form, 400, "invalid-parameter", "access_token")]
    [InlineData("{\"topic\":\"a\"}", "application/json", 415, "unsupported-media-type", "Content-Type")]
    [InlineData("topic=a", null, 400, "invalid-parameter", "Content-Type")]
    [InlineData("topic=a", Form + "; charset=utf-16", 415, "unsupported-charset", "Content-Type")]
    public async Task Subscribe_InvalidBody_IsRejected(string body, string? contentType, int status, string problem, string field)
    {
        foreach ((string method, string path) in new[] { ("QUERY", "/v1/events"), ("POST", "/v1/subscribe") })
        {
            using HttpResponseMessage response = await SendAsync(Hub, method, path, body, null, contentType);
            await TestHub.AssertProblemAsync(response, status, problem, field);
        }
    }

    [Fact]
    public async Task Subscribe_TooManyParameters_IsRejectedWithTheLimit()
    {
        string body = string.Join('&', Enumerable.Repeat("topic=a", 2_049));
        using HttpResponseMessage response = await SendAsync(Hub, "QUERY", "/v1/events", body);
        JsonElement problem = await TestHub.AssertProblemAsync(response, 400, "too-many-selectors", "topic");
        Assert.Contains("2048", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscribe_BodyAboveTheLimit_Is413()
    {
        await using TestHub hub = await TestHub.StartAsync(static options =>
        {
            options.Engine.Limits.MaxEventBytes = 1_024;
            options.Engine.Limits.MaxRequestBytes = 1_024;
        });
        using HttpResponseMessage response = await SendAsync(hub, "POST", "/v1/subscribe", "topic=" + new string('a', 2_000));
        await TestHub.AssertProblemAsync(response, 413, "request-too-large", "body");
    }

    [Theory]
    [InlineData("QUERY", "/v1/events")]
    [InlineData("POST", "/v1/subscribe")]
    public async Task Subscribe_PageOfAnotherOrigin_IsRejected(string method, string path)
    {
        using HttpResponseMessage response = await SendAsync(Hub, method, path, "topic=a", null, Form, ("Origin", "https://attacker.example"));
        await TestHub.AssertProblemAsync(response, 403, "foreign-origin", "Origin");
    }

    [Theory]
    [InlineData("QUERY", "/v1/events")]
    [InlineData("POST", "/v1/subscribe")]
    public async Task Preflight_OfAnAllowedOrigin_AllowsTheMethod(string method, string path)
    {
        await using TestHub hub = await TestHub.StartAsync(static options => options.Server.AllowedOrigins.Add("https://app.example"));
        var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.TryAddWithoutValidation("Origin", "https://app.example");
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", method);
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", "content-type, longwave-request");
        using HttpResponseMessage response = await hub.Http.SendAsync(request);
        Assert.Contains(method, response.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
        Assert.Equal("content-type, longwave-request", response.Headers.GetValues("Access-Control-Allow-Headers").Single());
        Assert.Contains(Form, response.Headers.GetValues(method == "QUERY" ? "Accept-Query" : "Accept-Post").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscribe_AnonymousCallerWithoutGrants_IsRejectedBeforeTheBodyIsRead()
    {
        await using TestHub hub = await TestHub.StartAsync(static options =>
            options.Auth.ApiKeys.Add(new ApiKeyOptions { Id = "k", Sha256 = new string('0', 64), Subscribe = [new GrantOptions { Topic = "a" }] }));
        using HttpResponseMessage response = await SendAsync(hub, "QUERY", "/v1/events", "not a form at all %", null, "application/json");
        await TestHub.AssertProblemAsync(response, 401, "unauthorized");
    }

    private static async Task<HttpResponseMessage> SendAsync(
        TestHub hub, string method, string path, string body, string? accept = null, string? contentType = Form, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
