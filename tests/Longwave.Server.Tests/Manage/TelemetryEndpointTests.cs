using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Longwave.Server.Manage;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Manage;

public sealed class TelemetryEndpointTests
{
    [Fact]
    public async Task Post_Samples_AreAddedUp()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TelemetryTotals totals = hub.Service<TelemetryTotals>();

        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(hub, """
            {"samples":[{"kind":"connect","ms":12.5,"transport":"stream"},{"kind":"connect","ms":7.5,"transport":"stream"},
            {"kind":"latency","ms":3,"transport":"poll","more":1},{"kind":"reconnect","cause":"network"}],"sdk":"any"}
            """)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(hub, """{"samples":[]}""")).Status);

        Assert.Equal((2, 20.0), totals.Times("connect", "stream"));
        Assert.Equal((1, 3.0), totals.Times("latency", "poll"));
        Assert.Equal((0, 0.0), totals.Times("latency", "stream"));
        Assert.Equal(1, totals.Reconnects("network"));
        Assert.Equal(0, totals.Reconnects("silence"));
        Assert.Equal(2, totals.Posts);
    }

    [Theory]
    [InlineData("", "malformed-body", "body", null)]
    [InlineData("[]", "malformed-body", "samples", null)]
    [InlineData("{\"samples\":{}}", "malformed-body", "samples", null)]
    [InlineData("{\"samples\":[{\"kind\":{\"a\":{\"b\":[1]}}}]}", "malformed-body", "body", null)]
    [InlineData("{\"samples\":[1]}", "invalid-sample", "samples", 0)]
    [InlineData("{\"samples\":[{\"kind\":\"reconnect\",\"cause\":\"network\"},{\"kind\":\"other\"}]}", "invalid-sample", "kind", 1)]
    [InlineData("{\"samples\":[{\"kind\":\"reconnect\",\"cause\":\"x\"}]}", "invalid-sample", "cause", 0)]
    [InlineData("{\"samples\":[{\"kind\":\"connect\",\"ms\":1,\"transport\":\"mail\"}]}", "invalid-sample", "transport", 0)]
    [InlineData("{\"samples\":[{\"kind\":\"connect\",\"ms\":-1,\"transport\":\"poll\"}]}", "invalid-sample", "ms", 0)]
    [InlineData("{\"samples\":[{\"kind\":\"connect\",\"ms\":1e300,\"transport\":\"poll\"}]}", "invalid-sample", "ms", 0)]
    [InlineData("{\"samples\":[{\"kind\":\"connect\",\"ms\":\"1\",\"transport\":\"poll\"}]}", "invalid-sample", "ms", 0)]
    public async Task Post_InvalidBody_IsRejectedAndNotCounted(string body, string type, string field, int? index)
    {
        await using TestHub hub = await TestHub.StartAsync();

        (HttpStatusCode status, JsonElement problem) = await PostAsync(hub, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.EndsWith("/" + type, problem.GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.Equal(field, problem.GetProperty("field").GetString());
        Assert.Equal(index, problem.TryGetProperty("index", out JsonElement i) ? i.GetInt32() : null);
        Assert.Equal(0, hub.Service<TelemetryTotals>().Posts);
        Assert.Equal(0, hub.Service<TelemetryTotals>().Reconnects("network"));
    }

    [Fact]
    public async Task Post_OverTheLimits_IsRejected()
    {
        await using TestHub hub = await TestHub.StartAsync(options => (options.Server.MaxTelemetryBytes, options.Server.MaxTelemetrySamples) = (2_048, 3));
        string sample = """{"kind":"reconnect","cause":"network"}""";

        (HttpStatusCode status, JsonElement problem) = await PostAsync(hub, $$"""{"samples":[{{string.Join(',', Enumerable.Repeat(sample, 4))}}]}""");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.EndsWith("/too-many-samples", problem.GetProperty("type").GetString(), StringComparison.Ordinal);
        foreach (bool declared in (bool[])[true, false])
        {
            (status, problem) = await PostAsync(hub, $$"""{"samples":[{{new string(' ', 3_000)}}]}""", declared);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
            Assert.EndsWith("/request-too-large", problem.GetProperty("type").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(0, hub.Service<TelemetryTotals>().Posts);
    }

    [Fact]
    public async Task Request_OfAnotherKind_IsRejected()
    {
        await using TestHub hub = await TestHub.StartAsync();
        using var text = new StringContent("""{"samples":[]}""", Encoding.UTF8, "text/plain");

        using HttpResponseMessage media = await hub.Http.PostAsync("/v1/telemetry", text);
        using HttpResponseMessage method = await hub.Http.GetAsync("/v1/telemetry");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, media.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, method.StatusCode);
    }

    [Fact]
    public async Task Post_UnknownParameter_IsAccepted()
    {
        await using TestHub hub = await TestHub.StartAsync();
        using HttpResponseMessage response = await hub.Http.PostAsync("/v1/telemetry?source=page&_=1", JsonContent("""{"samples":[]}"""));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    private static StringContent JsonContent(string body) => new(body, new MediaTypeHeaderValue("application/json"));

    private static async Task<(HttpStatusCode Status, JsonElement Problem)> PostAsync(TestHub hub, string body, bool declared = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/telemetry") { Content = JsonContent(body) };
        request.Headers.TransferEncodingChunked = declared ? null : true;
        using HttpResponseMessage response = await hub.Http.SendAsync(request);
        string answer = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, answer.Length == 0 ? default : JsonDocument.Parse(answer).RootElement.Clone());
    }
}
