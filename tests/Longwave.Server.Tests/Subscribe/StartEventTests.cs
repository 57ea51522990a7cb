using System.Text.RegularExpressions;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Subscribe;

/// <summary>
/// The event <c>longwave.start</c>: <c>EventSource</c> reads no comments, so the greeting gives it no position. With this event it resumes where its
/// stream started, also when it has received no other event.
/// </summary>
public sealed partial class StartEventTests
{
    private static readonly (string Name, string Value)[] EventSource =
        [("Accept", "text/event-stream"), ("Cache-Control", "no-cache"), ("Sec-Fetch-Mode", "cors")];

    [GeneratedRegex(@"^: (\S+)\nretry: \d+\nid: (\S+)\nevent: longwave\.start\ndata: \{""position"":""([0-9a-f]{8}-\d+)""\}\n\n$")]
    private static partial Regex Start { get; }

    [Theory]
    [InlineData("/v1/events?topic=quiet", "")]
    [InlineData("/v1/events?topic=quiet&type=message&format=cloudevents", "")]
    [InlineData("/v1/events?topic=quiet&max_rate=10", "")]
    [InlineData("/.well-known/mercure?topic=quiet", "#")]
    [InlineData("/.well-known/mercure?match=quiet", "#")]
    public async Task Get_EventSourceThatReceivedNoEvent_ResumesWhereItsStreamStarted(string address, string mark)
    {
        await using TestHub hub = await TestHub.StartAsync();
        string tip = await hub.PublishAsync("other", "before the stream");
        string id;
        using (OpenStream stream = await OpenAsync(hub, address, EventSource))
        {
            string text = await stream.ReadUntilAsync("\n\n");
            Match start = Start.Match(text);
            Assert.True(start.Success, text);
            Assert.Equal([mark + tip, mark + tip, tip], start.Groups.Values.Skip(1).Select(static group => group.Value));
            id = start.Groups[2].Value;
        }

        await hub.PublishAsync("quiet", "missed");
        using OpenStream resumed = await OpenAsync(hub, address, [.. EventSource, ("Last-Event-ID", id)]);
        string missed = await resumed.ReadUntilAsync("missed");
        Assert.DoesNotContain("longwave.", missed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/events?topic=a&since=earliest")]
    [InlineData("/v1/events?topic=a&since=2026-11-23T06:57:00Z")]
    [InlineData("/v1/events?topic=a&last_event_id={first}")]
    [InlineData("/.well-known/mercure?topic=a&lastEventID=earliest")]
    public async Task Get_StartThatTheSameRequestFindsAgain_HasNoStartEvent(string address)
    {
        await using TestHub hub = await TestHub.StartAsync();
        string first = await hub.PublishAsync("a", "first");
        await hub.PublishAsync("a", "second");
        using OpenStream stream = await OpenAsync(hub, address.Replace("{first}", first, StringComparison.Ordinal), EventSource);
        Assert.DoesNotContain("longwave.", await stream.ReadUntilAsync("second"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/events?topic=a", "")]
    [InlineData("/.well-known/mercure?topic=a", "#")]
    public async Task Get_EventSourceWithAnInvalidPosition_ResumesFromTheIdOfTheReset(string address, string mark)
    {
        await using TestHub hub = await TestHub.StartAsync();
        string tip = await hub.PublishAsync("other", "before the stream");
        using (OpenStream stream = await OpenAsync(hub, address, [.. EventSource, ("Last-Event-ID", "00000000-7")]))
        {
            string text = await stream.ReadUntilAsync("\n\n");
            Assert.Contains($"id: {mark}{tip}\nevent: longwave.reset\n", text, StringComparison.Ordinal);
            Assert.DoesNotContain("longwave.start", text, StringComparison.Ordinal);
        }

        await hub.PublishAsync("a", "missed");
        using OpenStream resumed = await OpenAsync(hub, address, [.. EventSource, ("Last-Event-ID", mark + tip)]);
        Assert.DoesNotContain("longwave.", await resumed.ReadUntilAsync("missed"), StringComparison.Ordinal);
    }

    /// <summary>Clients that pass every message to the application would receive the start event as one.</summary>
    [Theory]
    [InlineData("Accept: text/event-stream")]
    [InlineData("Accept: text/event-stream, application/problem+json", "Cache-Control: no-cache", "Sec-Fetch-Mode: cors")]
    [InlineData("Accept: application/x-ndjson", "Cache-Control: no-cache", "Sec-Fetch-Mode: cors")]
    public async Task Get_OtherClient_HasNoStartEvent(params string[] headers)
    {
        await using TestHub hub = await TestHub.StartAsync();
        using OpenStream stream = await OpenAsync(hub, "/v1/events?topic=a", [.. headers.Select(static header => (header.Split(": ")[0], header.Split(": ")[1]))]);
        await stream.ReadMoreAsync();
        await hub.PublishAsync("a", "first");
        Assert.DoesNotContain("longwave.start", await stream.ReadUntilAsync("first"), StringComparison.Ordinal);
    }

    private static async Task<OpenStream> OpenAsync(TestHub hub, string address, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await OpenStream.FromAsync(await hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
    }
}
