using System.Net;
using System.Text;
using System.Text.Json;
using Longwave.Engine.Configuration;
using Longwave.Protocol.Positions;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Publish;

public sealed class PublishEndpointTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private TestHub Hub => fixture.Hub;

    [Theory]
    [InlineData(null, "text/plain")]
    [InlineData("application/x-www-form-urlencoded", "text/plain")]
    [InlineData("text/plain", "text/plain")]
    [InlineData("text/plain; charset=UTF-8", "text/plain; charset=UTF-8")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/vnd.acme+json;charset=\"utf-8\"", "application/vnd.acme+json;charset=\"utf-8\"")]
    public async Task Post_RawBody_IsTheDataVerbatim(string? contentType, string kept)
    {
        string topic = fixture.NewTopic();
        const string Data = "a=1&b=%20\r\n{\"x\": 1}\n\u00e4\U0001f680";
        using HttpResponseMessage response = await Hub.PostAsync($"/v1/events?topic={topic}&type=kind&key=k%2F1", Data, contentType);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        JsonElement answer = await TestHub.ReadJsonAsync(response);
        string id = Assert.Single(answer.EnumerateObject()).Value.GetString()!;
        Assert.True(Position.TryParse(id, out Position position) && position.Epoch == Hub.Engine.Tip.Epoch);

        JsonElement e = (await Hub.PollAsync($"?topic={topic}&since=earliest&format=cloudevents")).GetProperty("events")[0];
        Assert.Equal(id, e.GetProperty("position").GetString());
        Assert.Equal("kind", e.GetProperty("type").GetString());
        Assert.Equal("k/1", e.GetProperty("key").GetString());
        Assert.Equal(kept, e.GetProperty("datacontenttype").GetString());

        // Under a JSON media type, the data is no JSON: a string would be read as JSON.
        Assert.Equal(Data, kept.Contains("json", StringComparison.Ordinal)
            ? Encoding.UTF8.GetString(e.GetProperty("data_base64").GetBytesFromBase64())
            : e.GetProperty("data").GetString());
    }

    [Theory]
    [InlineData(null, "{ \"n\": 1 }", "application/json")]
    [InlineData("application/x-www-form-urlencoded", "[1, {}]\n", "application/json")]
    [InlineData(null, "{oops}", "text/plain")]
    [InlineData(null, "42", "text/plain")]
    [InlineData(null, "\"text\"", "text/plain")]
    [InlineData("text/plain", "{}", "text/plain")]
    public async Task Post_BodyWithoutMediaType_IsJsonIfItIsAnObjectOrArray(string? contentType, string body, string kept)
    {
        string topic = fixture.NewTopic();
        using HttpResponseMessage response = await Hub.PostAsync($"/v1/events?topic={topic}", body, contentType);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);

        JsonElement e = (await Hub.PollAsync($"?topic={topic}&since=earliest&format=cloudevents")).GetProperty("events")[0];
        Assert.Equal(kept, e.GetProperty("datacontenttype").GetString());
        Assert.Equal(kept == "application/json" ? body.Trim() : body, kept == "application/json" ? e.GetProperty("data").GetRawText() : e.GetProperty("data").GetString());
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}&since=earliest");
        await stream.ReadUntilAsync($"data: {body.Trim()}\n");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "topic=a&data=b", "the hub reads no form fields")]
    [InlineData("application/json", "{\"topic\":\"a\",\"data\":1}", "application/x-ndjson")]
    [InlineData("text/plain", "x", "POST /v1/events?topic=NAME")]
    public async Task Post_WithoutTopic_NamesItsPlace(string contentType, string body, string hint)
    {
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events", body, contentType);
        Assert.Contains(hint, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await TestHub.AssertProblemAsync(response, 400, "missing-parameter", "topic");
    }

    [Theory]
    [InlineData("/v1/events/prices/A%20B", "/v1/events?topic=prices/A%20B")]
    [InlineData("/v1/events?topic=a&event=tick", "did you mean `type`?")]
    [InlineData("/v1/events?channel=a", "did you mean `topic`?")]
    public async Task Post_AddressOfAnotherSystem_NamesTheRightOne(string address, string hint)
    {
        using HttpResponseMessage response = await Hub.PostAsync(address, "x", null);
        Assert.False(response.IsSuccessStatusCode);
        Assert.Contains(hint, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_EmptyBody_IsAnEventWithoutData()
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "");
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}&since=earliest");
        await stream.ReadUntilAsync("data: \n\n");
    }

    [Theory]
    [InlineData("", "missing-parameter", "topic")]
    [InlineData("?topic=", "invalid-event", "topic")]
    [InlineData("?topic=*", "invalid-event", "topic")]
    [InlineData("?topic=a%0Ab", "invalid-event", "topic")]
    [InlineData("?topic=a&topic=b%00", "invalid-event", "topic")]
    [InlineData("?topic=%ff", "invalid-utf8", "topic")]
    [InlineData("?topic=a&type=", "invalid-event", "type")]
    [InlineData("?topic=a&type=a%0D", "invalid-event", "type")]
    [InlineData("?topic=a&type=longwave.gap", "invalid-event", "type")]
    [InlineData("?topic=a&type=b&type=c", "repeated-parameter", "type")]
    [InlineData("?topic=a&key=", "invalid-event", "key")]
    [InlineData("?topic=a&key=%00", "invalid-event", "key")]
    [InlineData("?topic=a&since=earliest", "unknown-parameter", "since")]
    public async Task Post_WrongParameter_IsRejectedAndNamedAndAppendsNothing(string query, string problem, string field)
    {
        Position tip = Hub.Engine.Tip;
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events" + query, "x");
        await TestHub.AssertProblemAsync(response, 400, problem, field);
        Assert.Equal(tip, Hub.Engine.Tip);
    }

    [Theory]
    [InlineData("Content-Type", "text/plain; charset=iso-8859-1", 415, "unsupported-charset", "Content-Type")]
    [InlineData("Content-Type", "nonsense", 400, "invalid-parameter", "Content-Type")]
    [InlineData("Content-Type", "application/cloudevents+xml", 415, "unsupported-media-type", "Content-Type")]
    [InlineData("Content-Encoding", "br", 415, "unsupported-encoding", "Content-Encoding")]
    [InlineData("Idempotency-Key", "", 400, "invalid-parameter", "Idempotency-Key")]
    public async Task Post_WrongHeader_IsRejectedAndNamedAndAppendsNothing(string header, string value, int status, string problem, string field)
    {
        Position tip = Hub.Engine.Tip;
        string answer = await RawConnection.RoundTripAsync(
            Hub.Address, $"POST /v1/events?topic=a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}: {value}\r\nContent-Length: 1\r\n\r\nx");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains($"/problems/{problem}\"", answer, StringComparison.Ordinal);
        Assert.Contains($"\"field\":\"{field}\"", answer, StringComparison.Ordinal);
        Assert.Equal(tip, Hub.Engine.Tip);
    }

    [Fact]
    public async Task Post_LongIdempotencyKey_IsRejected()
    {
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events?topic=a", "x", null, ("Idempotency-Key", new string('k', 256)));
        await TestHub.AssertProblemAsync(response, 400, "invalid-parameter", "Idempotency-Key");
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { (byte)'a', 0xc3 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    public async Task Post_BodyNotUtf8_IsRejectedAndAppendsNothing(byte[] body)
    {
        Position tip = Hub.Engine.Tip;
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events?topic=a", body);
        await TestHub.AssertProblemAsync(response, 400, "invalid-utf8", "body");
        Assert.Equal(tip, Hub.Engine.Tip);
    }

    [Fact]
    public async Task Post_SameIdempotencyKey_IsOneEvent()
    {
        string topic = fixture.NewTopic();
        using HttpResponseMessage first = await Hub.PostAsync($"/v1/events?topic={topic}", "x", null, ("Idempotency-Key", "k1"));
        using HttpResponseMessage second = await Hub.PostAsync($"/v1/events?topic={topic}", "x", null, ("Idempotency-Key", "k1"));
        using HttpResponseMessage other = await Hub.PostAsync($"/v1/events?topic={topic}-2", "x", null, ("Idempotency-Key", "k1"));
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(HttpStatusCode.Created, other.StatusCode);
        JsonElement repeat = await TestHub.ReadJsonAsync(second);
        Assert.True(repeat.GetProperty("duplicate").GetBoolean());
        Assert.Equal((await TestHub.ReadJsonAsync(first)).GetProperty("id").GetString(), repeat.GetProperty("id").GetString());
        Assert.Single((await Hub.PollAsync($"?topic={topic}&since=earliest")).GetProperty("events").EnumerateArray());
    }

    [Fact]
    public async Task Post_Chunked_IsAcceptedWhole()
    {
        string topic = fixture.NewTopic();
        string answer = await RawConnection.RoundTripAsync(
            Hub.Address,
            $"POST /v1/events?topic={topic} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 201 Created\r\n", answer, StringComparison.Ordinal);
        Assert.Equal("abcdefg", await SingleDataAsync(topic));
    }

    [Fact]
    public async Task Post_Expect100Continue_Gets100()
    {
        string topic = fixture.NewTopic();
        using RawConnection connection = await RawConnection.OpenAsync(Hub.Address);
        await connection.SendAsync($"POST /v1/events?topic={topic} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        await connection.ReadUntilAsync("HTTP/1.1 100 Continue\r\n\r\n");
        await connection.SendAsync("hello");
        await connection.ReadUntilAsync("HTTP/1.1 201 Created\r\n");
        Assert.Equal("hello", await SingleDataAsync(topic));
    }

    [Fact]
    public async Task Post_Expect100ContinueForTooMuch_IsRejectedAtOnce()
    {
        using RawConnection connection = await RawConnection.OpenAsync(Hub.Address);
        await connection.SendAsync("POST /v1/events?topic=a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n");
        await connection.ReadUntilAsync("request-too-large");
        Assert.StartsWith("HTTP/1.1 413 ", connection.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nabc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nab")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nzz\r\nab")]
    [InlineData("Content-Length: -1\r\n\r\n")]
    [InlineData("Content-Length: 1\r\nContent-Length: 2\r\n\r\nab")]
    public async Task Post_BodyEndsEarly_AppendsNothing(string rest)
    {
        Position tip = Hub.Engine.Tip;
        using RawConnection connection = await RawConnection.OpenAsync(Hub.Address);
        await connection.SendAsync("POST /v1/events?topic=a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + rest);
        connection.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        string answer = await connection.ReadToEndAsync();
        Assert.DoesNotContain("HTTP/1.1 2", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1 5", answer, StringComparison.Ordinal);
        Assert.Equal(tip, Hub.Engine.Tip);
    }

    [Theory]
    [InlineData("\u0000")]
    [InlineData("\r")]
    [InlineData("\n\n\n")]
    [InlineData("\r\n: x\r\nid: 7\r\ndata: y\r\n\r\n")]
    [InlineData("\ufeffdata: x")]
    public async Task Post_LineEndsAndNulInData_StayInTheirField(string data)
    {
        string topic = fixture.NewTopic();
        string id = await Hub.PublishAsync(topic, data);
        Assert.Equal(data, await SingleDataAsync(topic));
        await Hub.PublishAsync(topic, "end", "end");
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}&since=earliest");
        await stream.ReadUntilAsync("data: end\n\n");
        string[] lines = data.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
        string expected = $"id: {id}\n{string.Concat(lines.Select(l => $"data: {l}\n"))}\n";
        Assert.StartsWith(expected, stream.Events, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_TooLarge_IsRejectedAndAppendsNothing()
    {
        await using TestHub small = await TestHub.StartAsync(options =>
        {
            options.Engine.Limits.MaxEventBytes = 100;
            options.Engine.Limits.MaxRequestBytes = 1_000;
            options.Engine.Limits.MaxRequestEvents = 2;
        });
        using HttpResponseMessage most = await small.PostAsync("/v1/events?topic=a", new byte[100].Select(_ => (byte)'x').ToArray());
        Assert.Equal(HttpStatusCode.Created, most.StatusCode);
        Position tip = small.Engine.Tip;
        using HttpResponseMessage large = await small.PostAsync("/v1/events?topic=a", new string('x', 101));
        await TestHub.AssertProblemAsync(large, 413, "event-too-large", "body");
        using HttpResponseMessage huge = await small.PostAsync("/v1/events?topic=a", new string('x', 1_001));
        await TestHub.AssertProblemAsync(huge, 413, "request-too-large", "body");
        string chunked = await RawConnection.RoundTripAsync(
            small.Address,
            $"POST /v1/events?topic=a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n{new string('x', 1_001)}\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413 ", chunked, StringComparison.Ordinal);
        string line = CloudEventsPublishTests.Event("1", "\"x\"") + "\n";
        using HttpResponseMessage events = await small.PostAsync("/v1/events?topic=a", line + line + line, "application/x-ndjson");
        await TestHub.AssertProblemAsync(events, 413, "too-many-events", "body");
        Assert.Equal(tip, small.Engine.Tip);
    }

    [Fact]
    public async Task Post_MoreMemoryEventsThanTheHotTailKeeps_Is413()
    {
        await using TestHub small = await TestHub.StartAsync(options =>
        {
            options.Engine.Limits.HotTailEvents = 1_024;
            options.Engine.Policies.Add(new TopicPolicy { Selector = "ticks", Durability = Durability.Memory });
        });
        string[] lines = [.. Enumerable.Range(0, 1_025).Select(static i => CloudEventsPublishTests.Event($"{i}", "\"x\""))];
        using HttpResponseMessage tooMany = await small.PostAsync("/v1/events?topic=ticks", string.Join('\n', lines), "application/x-ndjson");
        JsonElement problem = await TestHub.AssertProblemAsync(tooMany, 413, "request-too-large", "body");
        Assert.Contains("1024 events", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, small.Engine.Tip.Offset);
        using HttpResponseMessage most = await small.PostAsync("/v1/events?topic=ticks", string.Join('\n', lines.Take(1_024)), "application/x-ndjson");
        Assert.Equal(HttpStatusCode.Created, most.StatusCode);
        using HttpResponseMessage durable = await small.PostAsync("/v1/events?topic=log", string.Join('\n', lines), "application/x-ndjson");
        Assert.Equal(HttpStatusCode.Created, durable.StatusCode);
    }

    [Fact]
    public async Task Post_LargeBodyIsRejected_ClientGetsTheResponse()
    {
        // Twenty times the limit of a request: the client still writes when the response arrives, and must be able to read it.
        using HttpResponseMessage response = await Hub.PostAsync("/v1/events?topic=a", new byte[20 * 8 * 1024 * 1024]);
        await TestHub.AssertProblemAsync(response, 413, "request-too-large", "body");
    }

    [Fact]
    public async Task Post_TooManyBytesInFlight_Is503WithRetryAfter()
    {
        await using TestHub small = await TestHub.StartAsync(options =>
        {
            options.Engine.Limits.MaxEventBytes = 600;
            options.Engine.Limits.MaxRequestBytes = 1_000;
            (options.Server.MaxReceivingBytes, options.Server.MaxTelemetryBytes) = (1_024, 1_024);
            options.Server.RetryAfterMin = TimeSpan.FromSeconds(2);
            options.Server.RetryAfterMax = TimeSpan.FromSeconds(3);
        });
        using RawConnection slow = await HoldReceivedBytesAsync(small);
        await slow.SendAsync("s");
        await slow.ReadUntilAsync("HTTP/1.1 201 ");
        using HttpResponseMessage after = await small.PostAsync("/v1/events?topic=a", new string('x', 600));
        Assert.Equal(HttpStatusCode.Created, after.StatusCode);
    }

    /// <summary>Sends a publish without its last byte, once another publish has been rejected because of it.</summary>
    private static async Task<RawConnection> HoldReceivedBytesAsync(TestHub small)
    {
        RawConnection slow = await BeginSlowlyAsync(small);
        while (true)
        {
            using HttpResponseMessage response = await small.PostAsync("/v1/events?topic=a", new string('x', 600));
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                await TestHub.AssertProblemAsync(response, 503, "overloaded");
                Assert.Contains(response.Headers.RetryAfter?.Delta, new TimeSpan?[] { TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3) });
                return slow;
            }

            // Either the slow request has not reached the hub yet, or the hub rejected it instead of this one.
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
            if (slow.Socket.Available > 0)
            {
                Assert.StartsWith("HTTP/1.1 503 ", await slow.ReadToEndAsync(), StringComparison.Ordinal);
                slow.Dispose();
                slow = await BeginSlowlyAsync(small);
            }
        }
    }

    private static async Task<RawConnection> BeginSlowlyAsync(TestHub small)
    {
        RawConnection slow = await RawConnection.OpenAsync(small.Address);
        await slow.SendAsync($"POST /v1/events?topic=slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 600\r\n\r\n{new string('s', 599)}");
        return slow;
    }

    private async Task<string?> SingleDataAsync(string topic) =>
        Assert.Single((await Hub.PollAsync($"?topic={topic}&since=earliest")).GetProperty("events").EnumerateArray()).GetProperty("data").GetString();
}
