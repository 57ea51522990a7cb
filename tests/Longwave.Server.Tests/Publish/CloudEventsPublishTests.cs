using System.Net;
using System.Text;
using System.Text.Json;
using Longwave.Protocol.Positions;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Publish;

public sealed class CloudEventsPublishTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private const string Structured = "application/cloudevents+json";
    private const string Batch = "application/cloudevents-batch+json";
    private const string Ndjson = "application/x-ndjson";

    private TestHub Hub => fixture.Hub;

    /// <summary>Creates a CloudEvent whose data is the given JSON.</summary>
    internal static string Event(string id, string data, string more = "") =>
        $$"""{"specversion":"1.0","type":"com.example.someevent","source":"/mycontext","id":"{{id}}"{{more}},"data":{{data}}}""";

    [Fact]
    public async Task Post_StructuredExampleOfTheSpecification_KeepsEveryAttribute()
    {
        string topic = fixture.NewTopic();

        // Example of CloudEvents 1.0.2, JSON event format, section 3.2 (with its extension attributes).
        const string Example = """
            {
                "specversion" : "1.0",
                "type" : "com.example.someevent",
                "source" : "/mycontext",
                "subject": null,
                "id" : "C234-1234-1234",
                "time" : "2018-04-05T17:31:00Z",
                "comexampleextension1" : "value",
                "comexampleothervalue" : 5,
                "datacontenttype" : "application/json",
                "data" : {
                    "appinfoA" : "abc",
                    "appinfoB" : 123,
                    "appinfoC" : true
                }
            }
            """;
        using HttpResponseMessage response = await Hub.PostAsync($"/v1/events?topic={topic}&key=k", Example, Structured + "; charset=utf-8");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        JsonElement e = Assert.Single((await Hub.PollAsync($"?topic={topic}&since=earliest&format=cloudevents")).GetProperty("events").EnumerateArray());
        Assert.Equal("C234-1234-1234", e.GetProperty("id").GetString());
        Assert.Equal("/mycontext", e.GetProperty("source").GetString());
        Assert.Equal("com.example.someevent", e.GetProperty("type").GetString());
        Assert.Equal("2018-04-05T17:31:00Z", e.GetProperty("time").GetString());
        Assert.Equal("value", e.GetProperty("comexampleextension1").GetString());
        Assert.Equal(5, e.GetProperty("comexampleothervalue").GetInt32());
        Assert.Equal("k", e.GetProperty("key").GetString());
        Assert.Equal(123, e.GetProperty("data").GetProperty("appinfoB").GetInt32());
    }

    [Fact]
    public async Task Post_BinaryExampleOfTheSpecification_IsAccepted()
    {
        string topic = fixture.NewTopic();

        // Example of CloudEvents 1.0.2, HTTP protocol binding, section 3.1.4.
        using HttpResponseMessage response = await Hub.PostAsync(
            $"/v1/events?topic={topic}",
            "{ \"x\": 1 }",
            "application/json; charset=utf-8",
            ("ce-specversion", "1.0"),
            ("ce-type", "com.example.someevent"),
            ("ce-time", "2018-04-05T03:56:24Z"),
            ("ce-id", "1234-1234-1234"),
            ("ce-source", "/mycontext/subcontext"),
            ("ce-name", "Euro%20%E2%82%AC%20%F0%9F%98%80"));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        JsonElement e = Assert.Single((await Hub.PollAsync($"?topic={topic}&since=earliest&format=cloudevents")).GetProperty("events").EnumerateArray());
        Assert.Equal("1234-1234-1234", e.GetProperty("id").GetString());
        Assert.Equal("/mycontext/subcontext", e.GetProperty("source").GetString());
        Assert.Equal("Euro \u20ac \U0001f600", e.GetProperty("name").GetString());
        Assert.Equal("application/json; charset=utf-8", e.GetProperty("datacontenttype").GetString());
        Assert.Equal(1, e.GetProperty("data").GetProperty("x").GetInt32());
    }

    [Theory]
    [InlineData(Batch, "[", ",", "]")]
    [InlineData(Ndjson, "", "\n", "")]
    [InlineData("application/ndjson; charset=utf-8", "\r\n\n", "\r\n", "\r\n \r\n")]
    public async Task Post_SeveralEvents_AreAppendedInOrder(string contentType, string open, string separator, string close)
    {
        string topic = fixture.NewTopic();
        string[] events = [Event("1", "\"one\""), Event("2", "{\"n\":2}", $",\"topic\":\"{topic}\",\"key\":\"k2\""), Event("3", "[3]")];
        string body = open + string.Join(separator, events) + close;
        using HttpResponseMessage response = await Hub.PostAsync($"/v1/events?topic={topic}", body, contentType);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        JsonElement answer = await TestHub.ReadJsonAsync(response);
        string?[] ids = [.. answer.GetProperty("ids").EnumerateArray().Select(i => i.GetString())];
        Assert.Equal(3, ids.Length);
        Assert.Equal(0, answer.GetProperty("duplicates").GetInt32());
        JsonElement poll = await Hub.PollAsync($"?topic={topic}&since=earliest");
        Assert.Equal(ids, poll.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("id").GetString()));

        using HttpResponseMessage again = await Hub.PostAsync($"/v1/events?topic={topic}", body, contentType);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        JsonElement repeat = await TestHub.ReadJsonAsync(again);
        Assert.Equal(3, repeat.GetProperty("duplicates").GetInt32());
        Assert.Equal(ids, repeat.GetProperty("ids").EnumerateArray().Select(i => i.GetString()));
    }

    [Fact]
    public async Task Post_BatchWithIdempotencyKey_NamesEventsByKeyAndIndex()
    {
        string topic = fixture.NewTopic();
        string body = Event("same", "1") + "\n" + Event("same", "2");
        using HttpResponseMessage first = await Hub.PostAsync($"/v1/events?topic={topic}", body, Ndjson, ("Idempotency-Key", "batch-1"));
        using HttpResponseMessage second = await Hub.PostAsync($"/v1/events?topic={topic}", body, Ndjson, ("Idempotency-Key", "batch-1"));
        Assert.Equal(0, (await TestHub.ReadJsonAsync(first)).GetProperty("duplicates").GetInt32());
        Assert.Equal(2, (await TestHub.ReadJsonAsync(second)).GetProperty("duplicates").GetInt32());
    }

    [Theory]
    [InlineData(Batch, "[]")]
    [InlineData(Ndjson, "")]
    [InlineData(Ndjson, "\n\r\n")]
    public async Task Post_NoEvents_IsAnEmptySuccess(string contentType, string body)
    {
        Position tip = Hub.Engine.Tip;
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events?topic=a", body, contentType);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("{\"ids\":[],\"duplicates\":0}", await response.Content.ReadAsStringAsync());
        Assert.Equal(tip, Hub.Engine.Tip);
    }

    [Theory]
    [InlineData("", "malformed-body", "body")]
    [InlineData("nonsense", "malformed-body", "body")]
    [InlineData("[]", "malformed-body", "body")]
    [InlineData("""{"specversion":"1.0"}""", "invalid-event", "id")]
    [InlineData("""{"specversion":"0.3","type":"t","source":"s","id":"1"}""", "invalid-event", "specversion")]
    [InlineData("""{"specversion":"1.0","type":"t","source":"s","id":5}""", "invalid-event", "id")]
    [InlineData("""{"specversion":"1.0","type":"","source":"s","id":"1"}""", "invalid-event", "type")]
    [InlineData("""{"specversion":"1.0","type":"a\nb","source":"s","id":"1"}""", "invalid-event", "type")]
    [InlineData("""{"specversion":"1.0","type":"longwave.gap","source":"s","id":"1"}""", "invalid-event", "type")]
    [InlineData("""{"specversion":"1.0","type":"t","source":"s","id":"1","topic":"a\u0000b"}""", "invalid-event", "topic")]
    [InlineData("""{"specversion":"1.0","type":"t","source":"s","id":"1","key":"\r"}""", "invalid-event", "key")]
    [InlineData("""{"specversion":"1.0","type":"t","source":"s","id":"1","data":1,"data_base64":"eA=="}""", "invalid-event", "data_base64")]
    [InlineData("""{"specversion":"1.0","type":"t","source":"s","id":"1","data_base64":"/w=="}""", "invalid-utf8", "data_base64")]
    public async Task Post_WrongStructuredEvent_IsRejectedAndAppendsNothing(string body, string problem, string field)
    {
        Position tip = Hub.Engine.Tip;
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events?topic=a", body, Structured);
        await TestHub.AssertProblemAsync(response, 400, problem, field);
        Assert.Equal(tip, Hub.Engine.Tip);

        // The same event as the last of a batch: the hub rejects the whole batch and names its index.
        if (problem != "malformed-body")
        {
            using HttpResponseMessage lines = await Hub.PostAsync("/v1/events?topic=a", Event("fine", "1") + "\n" + body, Ndjson);
            Assert.Equal(1, (await TestHub.AssertProblemAsync(lines, 400, problem, field)).GetProperty("index").GetInt32());
            using HttpResponseMessage batch = await Hub.PostAsync("/v1/events?topic=a", $"[{Event("fine", "1")},{body}]", Batch);
            Assert.Equal(1, (await TestHub.AssertProblemAsync(batch, 400, problem, field)).GetProperty("index").GetInt32());
            Assert.Equal(tip, Hub.Engine.Tip);
        }
    }

    [Fact]
    public async Task Post_EventWithoutTopic_IsRejected()
    {
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events", Event("1", "1"), Structured);
        await TestHub.AssertProblemAsync(response, 400, "invalid-event", "topic");
    }

    [Theory]
    [InlineData("?topic=a&topic=b", "repeated-parameter", "topic")]
    [InlineData("?topic=a&type=t", "invalid-parameter", "type")]
    public async Task Post_ParameterOfRawBodies_IsRejected(string query, string problem, string field)
    {
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events" + query, Event("1", "1"), Structured);
        await TestHub.AssertProblemAsync(response, 400, problem, field);
    }

    [Theory]
    [InlineData("ce-id", "1", "ce-specversion")]
    [InlineData("ce-specversion", "0.3", "ce-specversion")]
    public async Task Post_IncompleteBinaryMode_IsRejected(string header, string value, string field)
    {
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events?topic=a", "x", null, (header, value));
        await TestHub.AssertProblemAsync(response, 400, "invalid-event", field);
    }

    [Fact]
    public async Task Post_NdjsonNotUtf8_IsRejectedAndAppendsNothing()
    {
        Position tip = Hub.Engine.Tip;
        byte[] body = [.. Encoding.UTF8.GetBytes(Event("1", "\"x\"") + "\n{\"specversion\":\"1.0\",\"type\":\""), 0xff, .. "\"}"u8];
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events?topic=a", body, Ndjson);
        await TestHub.AssertProblemAsync(response, 400, "invalid-utf8", "body");
        Assert.Equal(tip, Hub.Engine.Tip);
    }

    [Fact]
    public async Task Post_NdjsonInPiecesOfAnySize_HasTheSameResult()
    {
        string topic = fixture.NewTopic();
        string[] events = [.. Enumerable.Range(0, 40).Select(i => Event($"p{i}", $"\"{new string('x', i * 37)}\""))];
        string body = string.Join('\n', events);
        using RawConnection connection = await RawConnection.OpenAsync(Hub.Address);
        await connection.SendAsync($"POST /v1/events?topic={topic} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {Ndjson}\r\nTransfer-Encoding: chunked\r\n\r\n");
        var sizes = new Random(7);
        for (int at = 0; at < body.Length;)
        {
            int size = Math.Min(sizes.Next(1, 600), body.Length - at);
            await connection.SendAsync($"{size:x}\r\n{body.Substring(at, size)}\r\n");
            at += size;
        }

        await connection.SendAsync("0\r\n\r\n");
        await connection.ReadUntilAsync("\"duplicates\":0}");
        JsonElement poll = await Hub.PollAsync($"?topic={topic}&since=earliest");
        Assert.Equal(
            Enumerable.Range(0, 40).Select(i => i * 37), poll.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("data").GetString()!.Trim('"').Length));
    }
}
