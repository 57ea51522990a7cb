using System.Net;
using System.Text.Json;
using Longwave.Protocol.Positions;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Publish;

/// <summary>NDJSON lines that are not CloudEvents.</summary>
public sealed class NativeLineTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private const string Ndjson = "application/x-ndjson";

    private TestHub Hub => fixture.Hub;

    [Fact]
    public async Task Post_NativeLines_AreEventsBesideCloudEvents()
    {
        string topic = fixture.NewTopic();
        string body = $$"""
            {"topic":"{{topic}}","data":"text","type":"note","key":"k"}

            {"topic":"{{topic}}","data":{"specversion": 1} }
            {"specversion":"1.0","id":"1","source":"/s","type":"t","topic":"{{topic}}","data":3}
            {"data":[4]}
            {"data":"{}","contenttype":"text/x-own"}
            """;
        using HttpResponseMessage response = await Hub.PostAsync($"/v1/events?topic={topic}", body, Ndjson);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);

        JsonElement[] events = [.. (await Hub.PollAsync($"?topic={topic}&since=earliest&format=cloudevents")).GetProperty("events").EnumerateArray()];
        Assert.Equal(["\"text\"", "{\"specversion\": 1}", "3", "[4]", "\"{}\""], events.Select(e => e.GetProperty("data").GetRawText()));
        Assert.Equal(["text/plain", "application/json", null, "application/json", "text/x-own"], events.Select(e => e.TryGetProperty("datacontenttype", out JsonElement type) ? type.GetString() : null));
        Assert.Equal(("note", "k"), (events[0].GetProperty("type").GetString(), events[0].GetProperty("key").GetString()));
    }

    [Fact]
    public async Task Post_NativeLineWithId_IsStoredOnce()
    {
        string topic = fixture.NewTopic();
        string body = $$"""{"topic":"{{topic}}","data":"once","id":"order-7"}""";
        using HttpResponseMessage first = await Hub.PostAsync("/v1/events", body, Ndjson);
        using HttpResponseMessage second = await Hub.PostAsync("/v1/events", body, Ndjson);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    [Theory]
    [InlineData("{\"topic\":\"a\",\"datta\":1}", "datta", "did you mean `data`?")]
    [InlineData("{\"topic\":\"a\",\"time\":\"x\",\"data\":1}", "time", "CloudEvent")]
    [InlineData("{\"topic\":7}", "topic", "must be a string")]
    [InlineData("{\"topic\":\"a\",\"topic\":\"b\"}", "topic", "twice")]
    [InlineData("{\"data\":1}", "topic", "?topic=NAME")]
    [InlineData("{\"topic\":\"*\",\"data\":1}", "topic", "*")]
    [InlineData("{\"topic\":\"a\",\"private\":1}", "private", "true or false")]
    public async Task Post_InvalidNativeLine_IsRejectedWithIndexAndAppendsNothing(string line, string field, string hint)
    {
        Position tip = Hub.Engine.Tip;
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events", $"{{\"topic\":\"good\",\"data\":1}}\n{line}", Ndjson);
        string text = await response.Content.ReadAsStringAsync();
        JsonElement problem = JsonDocument.Parse(text).RootElement;

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal((field, 1), (problem.GetProperty("field").GetString(), problem.GetProperty("index").GetInt32()));
        Assert.Contains(hint, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(tip, Hub.Engine.Tip);
    }

    [Fact]
    public async Task Post_BrokenLine_NamesTheByte()
    {
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events", "{\"topic\":\"a\",oops}", Ndjson);
        Assert.Contains("line 1, byte 14", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
