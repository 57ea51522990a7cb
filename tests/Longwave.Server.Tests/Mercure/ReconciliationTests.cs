using System.Net;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Mercure;

/// <summary>Resuming after an id, in both dialects.</summary>
public sealed class ReconciliationTests(MercureFixture fixture) : IClassFixture<MercureFixture>
{
    private MercureHub Hub => fixture.Hub;

    public static TheoryData<string, string, string> Dialects => new()
    {
        { "topic", "lastEventID", "Last-Event-ID" },
        { "match", "last_event_id", "Mercure-Last-Event-ID" },
        { "match", "lastEventId", "Mercure-Last-Event-ID" },
    };

    [Theory]
    [MemberData(nameof(Dialects))]
    [Sentence("7.62", "7.64", "7.65", "7.66", "8.121", "8.125", "8.127", "8.130", "8.131")]
    public async Task Resume_AfterAKnownId_GetsAllLaterEvents(string topicName, string cursorName, string header)
    {
        string topic = fixture.NewTopic();
        for (int n = 1; n <= 3; n++)
        {
            await Hub.PublishAsync(topic, $"update {n}", ("id", $"{topic}#{n}"));
        }

        using OpenStream byQuery = await Hub.OpenAsync([(topicName, topic), (cursorName, $"{topic}#1")]);
        using OpenStream byHeader = await Hub.OpenAsync([(topicName, topic)], null, ("Last-Event-ID", $"{topic}#1"));
        foreach (OpenStream stream in (OpenStream[])[byQuery, byHeader])
        {
            Assert.Equal($"{topic}#1", Assert.Single(stream.Response.Headers.GetValues(header)));
            await stream.ReadUntilAsync("data: update 3\n\n");
            Assert.Equal($"id: {topic}#2\ndata: update 2\n\nid: {topic}#3\ndata: update 3\n\n", stream.Events);
        }

        await Hub.PublishAsync(topic, "live");
        await byQuery.ReadUntilAsync("data: live\n\n");
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    [Sentence("7.63", "8.126")]
    public async Task Resume_HeaderAndQuery_UsesTheHeader(string topicName, string cursorName, string header)
    {
        string topic = fixture.NewTopic();
        string first = await Hub.PublishAsync(topic, "one");
        string second = await Hub.PublishAsync(topic, "two");
        await Hub.PublishAsync(topic, "three");
        using OpenStream stream = await Hub.OpenAsync([(topicName, topic), (cursorName, first)], null, ("Last-Event-ID", second));
        Assert.Equal(second, Assert.Single(stream.Response.Headers.GetValues(header)));
        Assert.DoesNotContain("data: two", await stream.ReadUntilAsync("data: three\n\n"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    [Sentence("7.66", "8.131")]
    public async Task Resume_Earliest_GetsAllStoredEvents(string topicName, string cursorName, string header)
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "one");
        await Hub.PublishAsync(topic, "two");
        using OpenStream stream = await Hub.OpenAsync([(topicName, topic), (cursorName, "earliest")]);
        Assert.Equal("earliest", Assert.Single(stream.Response.Headers.GetValues(header)));
        Assert.Contains("data: one\n\n", await stream.ReadUntilAsync("data: two\n\n"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    [Sentence("7.65", "7.66", "8.130", "8.131")]
    public async Task Subscribe_Cursor_IsReturnedOnlyOnRequest(string topicName, string cursorName, string header)
    {
        string topic = fixture.NewTopic();
        using OpenStream without = await Hub.OpenAsync([(topicName, topic)]);
        Assert.False(without.Response.Headers.Contains(header));
        using OpenStream unknown = await Hub.OpenAsync([(topicName, topic), (cursorName, "urn:uuid:unknown")]);
        Assert.Equal("earliest", Assert.Single(unknown.Response.Headers.GetValues(header)));
    }

    [Fact]
    public async Task Resume_OldNamesOfTheCursor_StillWork()
    {
        string topic = fixture.NewTopic();
        string first = await Hub.PublishAsync(topic, "one");
        await Hub.PublishAsync(topic, "two");
        foreach (string name in (string[])["last_event_id", "Last-Event-ID", "lastEventId"])
        {
            using OpenStream stream = await Hub.OpenAsync([("topic", topic), (name, first)]);
            Assert.DoesNotContain("data: one", await stream.ReadUntilAsync("data: two\n\n"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Resume_PositionWithoutItsMark_IsAnUnknownId()
    {
        string topic = fixture.NewTopic();
        string first = await Hub.PublishAsync(topic, "one");
        using OpenStream stream = await Hub.OpenAsync([("topic", topic), ("lastEventID", first[1..])]);
        await stream.ReadUntilAsync("\"reason\":\"unknown-id\"");
    }

    [Fact]
    [Sentence("8.180")]
    public async Task Resume_IdOfTwoEvents_ContinuesFromTheFirst()
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "one", ("id", topic + "#twice"));
        await Hub.PublishAsync(topic, "two", ("id", topic + "#twice"));
        await Hub.PublishAsync(topic, "three");
        using OpenStream stream = await Hub.OpenAsync([("match", topic), ("last_event_id", topic + "#twice")]);
        await stream.ReadUntilAsync("data: three\n\n");
        Assert.StartsWith($"id: {topic}#twice\ndata: two\n\n", stream.Events, StringComparison.Ordinal);
    }

    [Fact]
    [Sentence("8.128", "8.129")]
    public async Task Replay_OfPrivateUpdates_IsAuthorizedAgain()
    {
        string topic = fixture.NewTopic();
        string first = await Hub.PublishAsync(topic, "start");
        await Hub.PublishAsync(topic + "/1", "mine", ("private", ""));
        await Hub.PublishAsync(topic + "/2", "not mine", ("private", ""));
        await Hub.PublishAsync(topic + "/2", "end");
        using OpenStream stream = await Hub.OpenAsync(
            [("match_urlpattern", topic + "/:id"), ("last_event_id", first)], Hub.CurrentSubscriber(topic + "/1"));
        string text = await stream.ReadUntilAsync("data: end\n\n");
        Assert.Contains("data: mine\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("not mine", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_IdOfAnyCharacters_IsFoundByHeaderAndByQuery()
    {
        string topic = fixture.NewTopic();
        string id = topic + "/päus e?#&+\"";
        await Hub.PublishAsync(topic, "one", ("id", id));
        await Hub.PublishAsync(topic, "two");
        using OpenStream byQuery = await Hub.OpenAsync([("topic", topic), ("lastEventID", id)]);
        using OpenStream byHeader = await Hub.OpenAsync([("topic", topic)], null, ("Last-Event-ID", id));
        foreach (OpenStream stream in (OpenStream[])[byQuery, byHeader])
        {
            Assert.DoesNotContain("data: one", await stream.ReadUntilAsync("data: two\n\n"), StringComparison.Ordinal);
        }

        string raw = await RawHeadAsync($"GET {MercureHub.Path}{MercureHub.Query(("topic", topic), ("lastEventID", id))} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Contains("Last-Event-ID: " + Latin1(id) + "\r\n", raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_WithACursor_HasTheHeaders()
    {
        string topic = fixture.NewTopic();
        string id = await Hub.PublishAsync(topic, "one");
        using HttpResponseMessage response = await Hub.SendAsync(HttpMethod.Head, MercureHub.Path + MercureHub.Query(("topic", topic), ("lastEventID", id)));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(id, Assert.Single(response.Headers.GetValues("Last-Event-ID")));
    }

    private static string Latin1(string utf8) => System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(utf8));

    private async Task<string> RawHeadAsync(string request)
    {
        using RawConnection connection = await RawConnection.OpenAsync(Hub.Hub.Address);
        await connection.SendAsync(request);
        return await connection.ReadUntilAsync("\r\n\r\n");
    }
}
