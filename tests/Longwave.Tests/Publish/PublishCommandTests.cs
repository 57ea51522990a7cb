using System.Text.Json;
using Longwave.Terminals;
using Longwave.Tests.Commands;

namespace Longwave.Tests.Publish;

/// <summary>Tests of <c>longwave publish</c> against a real hub.</summary>
public sealed class PublishCommandTests(HubProcess hub) : IClassFixture<HubProcess>
{
    private readonly string _topic = $"t/{Guid.NewGuid():N}";

    [Fact]
    public async Task Publish_Argument_PrintsItsPositionAndNothingElse()
    {
        CommandResult result = (await PublishAsync(null, _topic, "grüße ☃", "--type", "greeting", "--key", "k", "--content-type", "text/x-hello")).Succeeded();

        JsonElement e = Assert.Single(await EventsAsync());
        Assert.Equal($"{e.GetProperty("position").GetString()}\n", result.Output);
        Assert.Equal("", result.Error);
        Assert.Equal("grüße ☃", e.GetProperty("data").GetString());
        Assert.Equal("greeting", e.GetProperty("type").GetString());
        Assert.Equal("k", e.GetProperty("key").GetString());
        Assert.Equal("text/x-hello", e.GetProperty("datacontenttype").GetString());
    }

    [Theory]
    [InlineData("hi\n", "hi", false)]
    [InlineData("two\r\nlines\r\n", "two\r\nlines", false)]
    [InlineData("blank\n\n", "blank\n", false)]
    [InlineData("no end", "no end", false)]
    [InlineData("two\r\nlines\n", "two\r\nlines\n", true)]
    public async Task Publish_StandardInput_LosesOneLineEndUnlessRaw(string input, string data, bool raw)
    {
        (await PublishAsync(input, raw ? [_topic, "--raw"] : [_topic])).Succeeded();

        Assert.Equal(data, Assert.Single(await EventsAsync()).GetProperty("data").GetString());
    }

    [Theory]
    [InlineData(null, new[] { "last", "--complete" }, new[] { "last", "longwave.complete" })]
    [InlineData("", new[] { "--complete" }, new[] { "longwave.complete" })]
    [InlineData("last\n", new[] { "--complete" }, new[] { "last", "longwave.complete" })]
    [InlineData("a\nb\n", new[] { "--complete", "--lines", "--positions" }, new[] { "a", "b", "longwave.complete" })]
    public async Task Publish_Complete_CompletesTheTopicAfterTheInput(string? input, string[] arguments, string[] events)
    {
        CommandResult result = (await PublishAsync(input, [_topic, .. arguments])).Succeeded();

        JsonElement[] published = [.. await EventsAsync()];
        Assert.Equal(events, published.Select(static e => e.GetProperty("type").GetString() is "longwave.complete" and { } type ? type : e.GetProperty("data").GetString()));
        Assert.Equal(published.Select(static e => e.GetProperty("position").GetString()), result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        CommandResult late = (await PublishAsync(null, _topic, "late")).Failed(1);
        Assert.Contains("is complete", late.Error, StringComparison.Ordinal);
        Assert.Contains("complete already", (await PublishAsync("", _topic, "--complete")).Succeeded().Error, StringComparison.Ordinal);
        (await PublishAsync(null, "--complete", "--ndjson")).Failed(2);
    }

    [Theory]
    [InlineData("--", "--lnies", "--lnies")]
    [InlineData("-5", null, "-5")]
    [InlineData("- item", null, "- item")]
    [InlineData("@file", null, "@file")]
    public async Task Publish_LiteralThatLooksLikeAnOption_IsData(string first, string? second, string data)
    {
        (await PublishAsync(null, [_topic, "--key=--k", .. new[] { first, second }.OfType<string>()])).Succeeded();

        JsonElement e = Assert.Single(await EventsAsync());
        Assert.Equal(data, e.GetProperty("data").ToString());
        Assert.Equal("--k", e.GetProperty("key").GetString());
    }

    [Fact]
    public async Task Publish_File_IsPublishedByteForByte()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "a \r\nfile\n");

        (await PublishAsync(null, _topic, "--file", file)).Succeeded();
        CommandResult missing = (await PublishAsync(null, _topic, "--file", file + ".not")).Failed(1);

        Assert.Equal("a \r\nfile\n", Assert.Single(await EventsAsync()).GetProperty("data").GetString());
        Assert.Equal($"longwave: The file '{file}.not' does not exist.\n", missing.Error);
        File.Delete(file);
    }

    [Fact]
    public async Task Publish_SameIdempotencyKey_IsPublishedOnce()
    {
        string first = (await PublishAsync(null, _topic, "x", "--idempotency-key", "order-7")).Succeeded().Output;
        CommandResult second = (await PublishAsync(null, _topic, "x", "--idempotency-key", "order-7")).Succeeded();

        Assert.Equal(first, second.Output);
        Assert.Equal("longwave: The hub already has this event: the idempotency key was used before.\n", second.Error);
        Assert.Single(await EventsAsync());
    }

    [Fact]
    public async Task Publish_TwiceWithoutKey_IsPublishedTwice()
    {
        (await PublishAsync(null, _topic, "x")).Succeeded();
        (await PublishAsync(null, _topic, "x")).Succeeded();

        Assert.Equal(2, (await EventsAsync()).Count);
    }

    [Fact]
    public async Task Lines_AnyLineEnd_MakesOneEventPerLine()
    {
        CommandResult result = (await PublishAsync("one\r\ntwo\n\n\"three\"\tü", _topic, "--lines", "--positions")).Succeeded();

        List<JsonElement> events = await EventsAsync();
        Assert.Equal(["one", "two", "", "\"three\"\tü"], events.Select(e => e.TryGetProperty("data", out JsonElement data) ? data.GetString() : ""));
        Assert.Equal(events.Select(e => e.GetProperty("position").GetString()), result.Lines);
        Assert.Contains("Published 4 events", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_Json_PrintsTheResult()
    {
        string first = (await PublishAsync(null, _topic, "x", "--idempotency-key", "json-7", "--json")).Succeeded().Output;
        string second = (await PublishAsync(null, _topic, "x", "--idempotency-key", "json-7", "--json")).Succeeded().Output;
        string id = Assert.Single(await EventsAsync()).GetProperty("position").GetString()!;
        Assert.Equal($$"""{"id":"{{id}}","duplicate":false}""" + "\n", first);
        Assert.Equal($$"""{"id":"{{id}}","duplicate":true}""" + "\n", second);
        CommandResult refused = (await CommandRun.RunAsync("publish", "t", "x", "--json", "--hub", "http://127.0.0.1:1")).Failed(1);
        Assert.Equal("", refused.Output);
    }

    [Fact]
    public async Task Ndjson_Json_PrintsALinePerEventAndASummary()
    {
        string input = $$"""{"topic":"{{_topic}}","data":1}""" + "\n\n" + $$"""{"topic":"{{_topic}}","data":2}""" + "\n{oops\n";
        CommandResult result = (await PublishAsync(input, "--ndjson", "--json")).Failed(1);
        string[] ids = [.. (await EventsAsync()).Select(static e => e.GetProperty("position").GetString()!)];
        Assert.Equal(
            [
                $$"""{"line":1,"id":"{{ids[0]}}"}""", $$"""{"line":3,"id":"{{ids[1]}}"}""",
                """{"published":2,"duplicates":0,"skipped":1,"finished":false}""",
            ],
            result.Lines);
        Assert.Contains("Line 4", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_WithoutContentType_ObjectsAndArraysAreJson()
    {
        (await PublishAsync(null, _topic, "{\"n\": 1}")).Succeeded();
        (await PublishAsync("[2]\n3\n{oops\n", _topic, "--lines")).Succeeded();

        Assert.Equal(["{\"n\": 1}", "[2]", "\"3\"", "\"{oops\""], (await EventsAsync()).Select(e => e.GetProperty("data").GetRawText()));
    }

    [Fact]
    public async Task Lines_OfJson_StayJson()
    {
        (await PublishAsync("{\"n\":1}\n[2]\n", _topic, "--lines", "--content-type", "application/json")).Succeeded();
        CommandResult bad = (await PublishAsync("{\"n\":3}\n{oops\n", _topic, "--lines", "--content-type", "application/json")).Failed(1);

        Assert.Equal(["{\"n\":1}", "[2]", "{\"n\":3}"], (await EventsAsync()).Select(e => e.GetProperty("data").GetRawText()));
        Assert.Contains("Line 2: it is not JSON, but --content-type is application/json.", bad.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_ArriveSlowly_AreEachPublishedAtOnce()
    {
        var pipe = new System.IO.Pipelines.Pipe();
        await using CommandRun run = CommandRun.StartWith(pipe.Reader.AsStream(), null, "publish", _topic, "--lines", "--positions", "--hub", hub.Url);

        for (int i = 1; i <= 3; i++)
        {
            await pipe.Writer.WriteAsync("line\n"u8.ToArray());
            int wanted = i;
            await run.Output.WaitForAsync(text => text.Split('\n').Length == wanted + 1, $"{wanted} positions");
        }

        await pipe.Writer.CompleteAsync();
        (await run.EndAsync()).Succeeded();
    }

    [Fact]
    public async Task Lines_Interrupted_ReportsTheLastLine()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllLinesAsync(file, Enumerable.Range(1, 200_000).Select(i => $"{i}"));
        await using CommandRun run = CommandRun.Start("publish", _topic, "--lines", "--file", file, "--positions", "--hub", hub.Url);
        await run.Output.WaitForAsync(text => text.Length > 0, "a position");

        CommandResult result = await run.InterruptAsync();
        int count = result.Lines.Length;

        Assert.Equal(130, result.ExitCode);
        Assert.Contains($"longwave: Interrupted. Continue with --from-line {count + 1}.\nlongwave: Published {count:#,0} events in ", result.Error, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task Ndjson_BothForms_ArePublishedInOrder()
    {
        string lines = $$$"""
            {"specversion":"1.0","id":"1","source":"/s","type":"ce","topic":"{{{_topic}}}","time":"2018-02-07T01:26:13Z","data":{"mag":2}}

            {"topic":"{{{_topic}}}","data":"text","type":"plain","key":"k"}
            {"type":"longwave.tip","data":"5f3a9c1e-1042"}
            {"data":{"n":[1,null]}}
            {"topic":"{{{_topic}}}"}
            """;

        CommandResult result = (await PublishAsync(lines, _topic, "--ndjson")).Succeeded();

        List<JsonElement> events = await EventsAsync();
        Assert.Equal(["{\"mag\":2}", "\"text\"", "{\"n\":[1,null]}", null], events.Select(e => e.TryGetProperty("data", out JsonElement data) ? data.GetRawText() : null));
        Assert.Equal(["ce", "plain", "message", "message"], events.Select(e => e.GetProperty("type").GetString()));
        Assert.Equal("2018-02-07T01:26:13Z", events[0].GetProperty("time").GetString());
        Assert.Equal("k", events[1].GetProperty("key").GetString());
        Assert.Contains("Published 4 events", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"topic\":\"t\"", "it is not valid JSON")]
    [InlineData("[1]", "it is not a JSON object")]
    [InlineData("{\"topic\":\"t\",\"datta\":1}", "'datta' is not a known member")]
    [InlineData("{\"topic\":7}", "'topic' is not a string")]
    [InlineData("{\"data\":1}", "the event has no topic")]
    [InlineData("{\"topic\":\"a\\nb\"}", "control character U+000A")]
    [InlineData("{\"topic\":\"t\",\"type\":\"longwave.x\"}", "reserved for control events")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"topic\":\"t\"}", "'type' is required")]
    [InlineData("{\"specversion\":\"2.0\",\"id\":\"1\",\"source\":\"/s\",\"topic\":\"t\"}", "'specversion' must be")]
    [InlineData("{\"topic\":\"t\",\"data\":\"\\ud800\"}", "surrogate")]
    public async Task Ndjson_BadLine_StopsWithItsNumberAfterThoseBefore(string line, string problem)
    {
        string good = $$"""{"topic":"{{_topic}}","data":"good"}""";

        CommandResult result = (await PublishAsync($"{good}\n\n{line}\n{good}\n", "--ndjson")).Failed(1);

        Assert.Contains("longwave: Line 3: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.Contains("continue with --from-line 3", result.Error, StringComparison.Ordinal);
        Assert.Single(await EventsAsync());
    }

    [Fact]
    public async Task Ndjson_LineRejectedByTheHub_StopsWithItsNumberAfterThoseBefore()
    {
        string good = $$"""{"topic":"{{_topic}}","data":"good"}""";
        string large = $$"""{"topic":"{{_topic}}","data":"{{new string('x', 1_100_000)}}"}""";

        CommandResult result = (await PublishAsync($"{good}\n{good}\n{large}\n{good}\n", "--ndjson")).Failed(1);
        (await PublishAsync($"{good}\n{good}\n{good}\n{good}\n", "--ndjson", "--from-line", "3")).Succeeded();

        Assert.Contains("longwave: Line 3: The hub answered: The data has 1100000 bytes", result.Error, StringComparison.Ordinal);
        Assert.Equal(4, (await EventsAsync()).Count);
    }

    [Fact]
    public async Task Ndjson_SeveralInFlight_PublishesEverything()
    {
        string lines = string.Concat(Enumerable.Range(0, 12_345).Select(i => $$"""{"data":"{{i}}"}""" + "\n"));

        (await PublishAsync(lines, _topic, "--ndjson", "--in-flight", "4")).Succeeded();

        Assert.Equal(Enumerable.Range(0, 12_345), (await EventsAsync(12_345)).Select(e => int.Parse(e.GetProperty("data").GetString()!)).Order());
    }

    [Fact]
    public async Task Publish_RejectedByTheHub_PrintsTheReason()
    {
        CommandResult result = (await PublishAsync(null, _topic, "x", "--type", "longwave.mine")).Failed(1);

        Assert.Equal("longwave: The hub answered: Types that start with 'longwave.' are reserved for control events of the hub. Use another type.\n", result.Error);
        Assert.Equal("", result.Output);
    }

    private Task<CommandResult> PublishAsync(string? input, params string[] arguments) =>
        CommandRun.RunWithAsync(input, ["publish", "--hub", hub.Url, .. arguments]);

    private async Task<List<JsonElement>> EventsAsync(int count = 0)
    {
        var events = new List<JsonElement>();
        string position = "";
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{hub.Url}/v1/events?topic={Uri.EscapeDataString(_topic)}&since=earliest&format=cloudevents&{position}");
            request.Headers.Accept.ParseAdd("application/json");
            using HttpResponseMessage response = await hub.Http.SendAsync(request);
            JsonElement answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
            JsonElement[] page = [.. answer.GetProperty("events").EnumerateArray()];
            events.AddRange(page);
            position = $"last_event_id={answer.GetProperty("next").GetString()}";
            if (events.Count >= count || page.Length == 0)
            {
                return events;
            }
        }
    }
}
