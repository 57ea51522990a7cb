using System.Net;
using Longwave.Server.Tests.Hosting;
using Longwave.Server.Tests.Mercure;

namespace Longwave.Server.Tests.Identity;

/// <summary>Every caller at every door of publishing. The hub is not that of <see cref="AccessMatrixTests"/>, which counts the events of its hub.</summary>
public sealed class PublishMatrixTests(AccessHub access) : IClassFixture<AccessHub>
{
    public static TheoryData<string, string> PublicationsAndCallers() =>
        AccessHub.Pairs(["raw", "several topics", "structured", "batch", "lines", "Mercure"], AccessHub.Callers, static (_, _) => true);

    [Theory]
    [MemberData(nameof(PublicationsAndCallers))]
    public async Task Post_EveryWay_NeedsAGrantForEachTopicAndType(string way, string caller)
    {
        const string Event = """{"specversion":"1.0","id":"ID","source":"/matrix","type":"trade","topic":"TOPIC","data":"x"}""";
        string id = $"{way}{caller}";
        string granted = Event.Replace("ID", id, StringComparison.Ordinal).Replace("TOPIC", "a/9", StringComparison.Ordinal);
        string other = Event.Replace("ID", id + "2", StringComparison.Ordinal).Replace("TOPIC", "granted", StringComparison.Ordinal);
        (string address, string body, string? type) = way switch
        {
            "raw" => ("/v1/events?topic=b&type=quote", "x", null),
            "several topics" => ("/v1/events?topic=a/9&topic=granted", "x", null),
            "structured" => ("/v1/events", other, "application/cloudevents+json"),
            "batch" => ("/v1/events", $"[{granted},{other}]", "application/cloudevents-batch+json"),
            "lines" => ("/v1/events", $"{granted}\n{other}", "application/x-ndjson"),
            _ => (MercureHub.Path, "topic=granted&data=x", "application/x-www-form-urlencoded"),
        };
        long before = await CountAsync();
        using HttpResponseMessage response = await access.Hub.PostAsync(address, body, type, access.Credential(caller));
        if (caller == "root")
        {
            Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
            return;
        }

        Assert.Equal(AccessHub.RejectionOf(address, caller), response.StatusCode);
        Assert.Equal(before, await CountAsync());
    }

    [Theory]
    [InlineData("/v1/events?topic=a/9&type=anything")]
    [InlineData("/v1/events?topic=b&type=trade")]
    public async Task Post_GrantedTopicAndType_IsAccepted(string address)
    {
        using HttpResponseMessage response = await access.Hub.PostAsync(address, AccessHub.Filler, null, access.Credential("publisher"));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    /// <summary>Number of events, except those about subscriptions, which the hub publishes while streams of other tests end.</summary>
    private async Task<long> CountAsync()
    {
        using HttpResponseMessage listed = await access.SendAsync(HttpMethod.Get, "/v1/topics", "root");
        return (await TestHub.ReadJsonAsync(listed)).GetProperty("topics").EnumerateArray()
            .Where(static topic => !topic.GetProperty("topic").GetString()!.Contains("/subscriptions", StringComparison.Ordinal))
            .Sum(static topic => topic.GetProperty("count").GetInt64());
    }
}
