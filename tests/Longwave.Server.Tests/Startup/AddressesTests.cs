using System.Net;
using System.Text.Json;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Startup;

/// <summary>Response of each address to each method, and the addresses that only report.</summary>
public sealed class AddressesTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private TestHub Hub => fixture.Hub;

    [Theory]
    [InlineData("/v1/events?topic=a", null, "text/event-stream")]
    [InlineData("/v1/events?topic=a", "application/x-ndjson", "application/x-ndjson")]
    [InlineData("/v1/events?topic=a", "application/json", "application/json")]
    [InlineData("/v1/topics", null, "application/json")]
    [InlineData("/healthz", null, "application/json")]
    [InlineData("/readyz", null, "application/json")]
    public async Task Head_AnyAddress_GivesHeadersAndOpensNoStream(string path, string? accept, string contentType)
    {
        var request = new HttpRequestMessage(HttpMethod.Head, path);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using HttpResponseMessage response = await Hub.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(contentType, response.Content.Headers.ContentType?.ToString());
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(0, Hub.Engine.ConnectionCount);
    }

    [Fact]
    public async Task Head_WrongParameter_IsRejectedWithoutBody()
    {
        using HttpResponseMessage response = await Hub.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/v1/events"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/v1/events", "GET, HEAD, QUERY, POST, OPTIONS")]
    [InlineData("/v1/topics", "GET, HEAD, DELETE, OPTIONS")]
    [InlineData("/healthz", "GET, HEAD, OPTIONS")]
    [InlineData("/readyz", "GET, HEAD, OPTIONS")]
    public async Task Options_AnyAddress_NamesTheMethods(string path, string methods)
    {
        using HttpResponseMessage response = await Hub.Http.SendAsync(new HttpRequestMessage(HttpMethod.Options, path));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(methods, string.Join(", ", response.Content.Headers.Allow));
        Assert.Equal(path == "/v1/events", response.Headers.Contains("Accept-Post"));
    }

    [Theory]
    [InlineData("PUT", "/v1/events", "GET, HEAD, QUERY, POST, OPTIONS")]
    [InlineData("DELETE", "/v1/events?topic=a", "GET, HEAD, QUERY, POST, OPTIONS")]
    [InlineData("PATCH", "/v1/events", "GET, HEAD, QUERY, POST, OPTIONS")]
    [InlineData("TRACE", "/v1/events", "GET, HEAD, QUERY, POST, OPTIONS")]
    [InlineData("NONSENSE", "/v1/events", "GET, HEAD, QUERY, POST, OPTIONS")]
    [InlineData("POST", "/v1/topics", "GET, HEAD, DELETE, OPTIONS")]
    [InlineData("DELETE", "/healthz", "GET, HEAD, OPTIONS")]
    [InlineData("POST", "/readyz", "GET, HEAD, OPTIONS")]
    public async Task WrongMethod_AnyPath_Is405WithTheAllowedMethods(string method, string path, string methods)
    {
        using HttpResponseMessage response = await Hub.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        await TestHub.AssertProblemAsync(response, 405, "method-not-allowed");
        Assert.Equal(methods, string.Join(", ", response.Content.Headers.Allow));
    }

    [Theory]
    [InlineData("/v1/event")]
    [InlineData("/v1/")]
    [InlineData("/v1/events/5")]
    [InlineData("/v1/%E4%F6%2F..")]
    public async Task Get_UnknownPath_Is404(string path)
    {
        using HttpResponseMessage response = await Hub.Http.GetAsync(path);
        await TestHub.AssertProblemAsync(response, 404, "not-found");
    }

    [Fact]
    public async Task Topics_AfterPublishing_ReturnTipsCountsAndRetention()
    {
        await using TestHub hub = await TestHub.StartAsync(options => options.Engine.Policies.Add(new()
        {
            Selector = "kept/{name}",
            MaxAge = TimeSpan.FromHours(1),
            MaxCount = 5,
            MaxBytes = 1_000,
        }));
        string first = await hub.PublishAsync("kept/a", "123");
        string tip = await hub.PublishAsync("kept/a", "45");
        await hub.PublishAsync("b", "1");
        await hub.PublishAsync("kept/\u00e4", "1");
        JsonElement all = await TopicsAsync(hub, "");
        Assert.Equal(["b", "kept/a", "kept/\u00e4"], all.GetProperty("topics").EnumerateArray().Select(t => t.GetProperty("topic").GetString()));
        Assert.Equal(3, all.GetProperty("total").GetInt64());
        Assert.False(all.TryGetProperty("next", out _));

        JsonElement kept = all.GetProperty("topics")[1];
        Assert.Equal(tip, kept.GetProperty("tip").GetString());
        Assert.Equal(first, kept.GetProperty("first").GetString());
        Assert.Equal(2, kept.GetProperty("count").GetInt64());
        Assert.Equal(5, kept.GetProperty("bytes").GetInt64());
        Assert.Equal("log", kept.GetProperty("durability").GetString());
        Assert.Equal(
            """{"policy":"kept/{name}","max_age_seconds":3600,"max_count":5,"max_bytes":1000}""", kept.GetProperty("retention").GetRawText());

        JsonElement page = await TopicsAsync(hub, "?limit=1&after=b");
        Assert.Equal("kept/a", Assert.Single(page.GetProperty("topics").EnumerateArray()).GetProperty("topic").GetString());
        Assert.Equal("kept/a", page.GetProperty("next").GetString());
        JsonElement filtered = await TopicsAsync(hub, $"?topic={Uri.EscapeDataString("{name}")}");
        Assert.Equal("b", Assert.Single(filtered.GetProperty("topics").EnumerateArray()).GetProperty("topic").GetString());
    }

    [Theory]
    [InlineData("?limit=0", "invalid-parameter", "limit")]
    [InlineData("?limit=x", "invalid-parameter", "limit")]
    [InlineData("?limit=1&limit=1", "repeated-parameter", "limit")]
    [InlineData("?topic={", "invalid-selector", "topic")]
    [InlineData("?filter=a", "unknown-parameter", "filter")]
    public async Task Topics_WrongParameter_IsRejected(string query, string problem, string field)
    {
        using HttpResponseMessage response = await Hub.Http.GetAsync("/v1/topics" + query);
        await TestHub.AssertProblemAsync(response, 400, problem, field);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz?probe=1")]
    public async Task Health_OfAHealthyHub_Is200(string path)
    {
        using HttpResponseMessage response = await Hub.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        JsonElement health = await TestHub.ReadJsonAsync(response);
        Assert.Equal("healthy", health.GetProperty("status").GetString());
        Assert.Equal(0, health.GetProperty("connections").GetInt32());
        Assert.Equal(Hub.Engine.Tip.ToString(), health.GetProperty("tip").GetString());
    }

    private static async Task<JsonElement> TopicsAsync(TestHub hub, string query)
    {
        using HttpResponseMessage response = await hub.Http.GetAsync("/v1/topics" + query);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await TestHub.ReadJsonAsync(response);
    }
}
