using System.Net;
using System.Text.Json;
using Longwave.Server.Tests.Hosting;
using Longwave.Server.Tests.Mercure;

namespace Longwave.Server.Tests.Identity;

/// <summary>Every caller at every door of reading: which events it receives, which topics it sees, and what is rejected.</summary>
public sealed class AccessMatrixTests(AccessHub access) : IClassFixture<AccessHub>
{
    private const string Lines = "application/x-ndjson";
    private const string Poll = "application/json";
    private const string Stream = "text/event-stream";

    /// <summary>Doors to the events: address after the selectors, and media type.</summary>
    private static readonly Dictionary<string, (string Address, string Accept)> Doors = new()
    {
        ["sse"] = ("/v1/events?topic=*&since=earliest", Stream),
        ["sse, several selectors"] = ("/v1/events?topic=*&topic=public&since=earliest", Stream),
        ["sse, topics"] = ("/v1/events?topic=*&since=earliest&fields=topic", Stream),
        ["sse, CloudEvents"] = ("/v1/events?topic=*&since=earliest&format=cloudevents", Stream),
        ["lines"] = ("/v1/events?topic=*&since=earliest", Lines),
        ["lines, CloudEvents"] = ("/v1/events?topic=*&since=earliest&format=cloudevents", Lines),
        ["lines, conflated"] = ("/v1/events?topic=*&since=earliest&conflate=key", Lines),
        ["lines, paced"] = ("/v1/events?topic=*&since=earliest&max_rate=100", Lines),
        ["poll"] = ("/v1/events?topic=*&since=earliest", Poll),
        ["poll, CloudEvents"] = ("/v1/events?topic=*&since=earliest&format=cloudevents", Poll),
        ["ticket"] = ("/v1/events?topic=*&since=earliest&ticket={ticket}", Lines),
        ["Mercure"] = (MercureHub.Path + "?topic=*&lastEventID=earliest", Stream),
        ["live sse"] = ("/v1/events?topic=*", Stream),
        ["live sse, topics"] = ("/v1/events?topic=*&fields=topic", Stream),
        ["live sse, CloudEvents"] = ("/v1/events?topic=*&format=cloudevents", Stream),
        ["live lines"] = ("/v1/events?topic=*", Lines),
        ["live lines, several selectors"] = ("/v1/events?topic=*&topic=public", Lines),
        ["live Mercure"] = (MercureHub.Path + "?topic=*", Stream),
    };

    public static TheoryData<string, string> DoorsAndCallers() =>
        AccessHub.Pairs(Doors.Keys, AccessHub.Callers, static (door, caller) => door != "ticket" || caller != "anonymous");

    public static TheoryData<string, string> RejectionsAndCallers() => AccessHub.Pairs(
        [
            "/v1/events?topic=secret", "/v1/events?topic=public&topic=secret", "/v1/events?topic=a/1&topic=secret", "/v1/events?topic=secret&type=trade",
            MercureHub.Path + "?topic=secret", MercureHub.Path + "?topic=public&topic=secret",
        ],
        AccessHub.Callers,
        static (_, _) => true);

    public static TheoryData<string, string> ListsAndCallers() =>
        AccessHub.Pairs(["/v1/topics", "/v1/connections", "/v1/connections/unknown", MercureHub.Subscriptions], AccessHub.Callers, static (_, _) => true);

    [Theory]
    [MemberData(nameof(DoorsAndCallers))]
    public async Task Get_EveryDoor_SendsExactlyTheReadableEventsAndTopics(string door, string caller)
    {
        (string address, string accept) = Doors[door];
        bool isLive = door.StartsWith("live", StringComparison.Ordinal);
        (address, string credential) = address.Contains("{ticket}", StringComparison.Ordinal) ? (await WithTicketAsync(address, caller), "anonymous") : (address, caller);
        using HttpResponseMessage response = await access.SendAsync(HttpMethod.Get, address, credential, ("Accept", accept));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string[] payloads;
        if (accept == Poll)
        {
            payloads = [.. (await TestHub.ReadJsonAsync(response)).GetProperty("events").EnumerateArray().Select(static item => item.GetRawText())];
        }
        else
        {
            OpenStream stream = await OpenStream.FromAsync(response);
            if (isLive)
            {
                await stream.ReadMoreAsync();
                await access.PublishAsync();
            }

            payloads = Payloads(await UntilEndAsync(stream), accept);
        }

        // Without topics in the format, only the data counts.
        List<(string Data, string? Topics)> read = [.. payloads.Where(static payload => !payload.Contains(MercureHub.Subscriptions, StringComparison.Ordinal)).Select(Read).Where(static item => item.Data != AccessHub.Filler)];
        int end = read.FindIndex(static item => item.Data == AccessHub.End);
        Assert.Equal(
            AccessHub.ReadableBy(caller).Select(item => (item.Data, door.Contains("CloudEvents", StringComparison.Ordinal) ? item.Topics.Split(',')[0] : read[0].Topics is null ? null : item.Topics)),
            read[..(end + 1)]);
    }

    /// <summary>A selector without any grant rejects the subscription, also beside others; the specification says so in section 10.</summary>
    [Theory]
    [MemberData(nameof(RejectionsAndCallers))]
    public async Task Get_SelectorWithoutGrant_IsRejected(string address, string caller)
    {
        // The grant of every type covers a part of what the selector matches: the rest is omitted.
        bool mayReadSecret = caller is "secret" or "root" or "trades";
        bool mayReadOther = !address.Contains("a/1", StringComparison.Ordinal) || caller is "pattern" or "exact" or "root" or "trades";
        foreach (string accept in address.StartsWith("/v1", StringComparison.Ordinal) ? [Stream, Lines, Poll] : (string[])[Stream])
        {
            using HttpResponseMessage response = await access.SendAsync(HttpMethod.Get, address, caller, ("Accept", accept));
            Assert.Equal(mayReadSecret && mayReadOther ? HttpStatusCode.OK : AccessHub.RejectionOf(address, caller), response.StatusCode);
        }
    }

    [Theory]
    [MemberData(nameof(ListsAndCallers))]
    public async Task Get_Lists_ShowNothingThatIsNotGranted(string address, string caller)
    {
        using HttpResponseMessage response = await access.SendAsync(HttpMethod.Get, address, caller);
        if (address != "/v1/topics")
        {
            HttpStatusCode missing = address.EndsWith("unknown", StringComparison.Ordinal) ? HttpStatusCode.NotFound : HttpStatusCode.OK;
            Assert.Equal(caller == "root" ? missing : AccessHub.RejectionOf(address, caller), response.StatusCode);
            return;
        }

        string[] expected = caller switch
        {
            "pattern" => ["a/1", "a/2", "public"],
            "exact" => ["a/1", "public"],
            "trade" => ["b", "public"],
            "trades" or "root" => ["a/1", "a/2", "b", "filler", "public", "secret"],
            "secret" => ["public", "secret"],
            _ => ["public"],
        };
        string[] shown = [.. (await TestHub.ReadJsonAsync(response)).GetProperty("topics").EnumerateArray().Select(static topic => topic.GetProperty("topic").GetString()!)];
        Assert.Equal(expected, shown.Where(static topic => !topic.Contains("/subscriptions", StringComparison.Ordinal)));
    }

    private async Task<string> WithTicketAsync(string address, string caller)
    {
        using HttpResponseMessage issued = await access.SendAsync(HttpMethod.Post, "/v1/tickets", caller);
        Assert.Equal(HttpStatusCode.Created, issued.StatusCode);
        return address.Replace("{ticket}", (await TestHub.ReadJsonAsync(issued)).GetProperty("ticket").GetString(), StringComparison.Ordinal);
    }

    /// <summary>Reads through the frame of the first last event.</summary>
    private static async Task<string> UntilEndAsync(OpenStream stream)
    {
        string[] ends = [$"data: {AccessHub.End}\n\n", $"\"data\":\"{AccessHub.End}\"}}\n"];
        while (!Array.Exists(ends, end => stream.Text.Contains(end, StringComparison.Ordinal)))
        {
            await stream.ReadMoreAsync();
        }

        return stream.Text;
    }

    /// <summary>The data of each frame, or each line; incomplete ones and control events are omitted.</summary>
    private static string[] Payloads(string text, string accept)
    {
        var topics = new List<string>();
        return
        [
            .. text[..(text.LastIndexOf('\n') + 1)].Split('\n')
                .Select(line => accept == Lines ? line : PayloadOf(line, topics))
                .Where(static line => line.Length > 0 && !line.Contains("longwave.", StringComparison.Ordinal)),
        ];
    }

    /// <summary>The data in a line of an event stream, as JSON with the topics if fields before it have them; empty if the line has no data.</summary>
    private static string PayloadOf(string line, List<string> topics)
    {
        if (line.StartsWith("topic: ", StringComparison.Ordinal))
        {
            topics.Add(line["topic: ".Length..]);
        }

        if (!line.StartsWith("data: ", StringComparison.Ordinal))
        {
            return "";
        }

        string data = line["data: ".Length..];
        data = topics.Count == 0 ? data : JsonSerializer.Serialize(new { topics, data });
        topics.Clear();
        return data;
    }

    private static (string Data, string? Topics) Read(string payload)
    {
        if (payload[0] != '{')
        {
            return (payload, null);
        }

        JsonElement found = JsonDocument.Parse(payload).RootElement;
        string topics = found.TryGetProperty("topics", out JsonElement all)
            ? string.Join(',', all.EnumerateArray().Select(static topic => topic.GetString()))
            : found.GetProperty("topic").GetString()!;
        return (found.GetProperty("data").GetString()!, topics);
    }
}
