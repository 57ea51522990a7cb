using System.Text.Json;
using Longwave.Server.Tests.Hosting;
using Longwave.Server.Tests.Identity;

namespace Longwave.Server.Tests.Subscribe;

/// <summary>Spellings of other systems, at every address that accepts a selector: each works, or the response names the right spelling.</summary>
public sealed class SelectorSpellingTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private TestHub Hub => fixture.Hub;

    public static TheoryData<string, string, string> Rejected()
    {
        var rows = new TheoryData<string, string, string>();
        foreach (string address in (string[])["/v1/events?topic=", "/v1/topics?topic="])
        {
            foreach (string accept in address.Contains("events", StringComparison.Ordinal) ? ["text/event-stream", "application/x-ndjson", "application/json"] : (string[])["application/json"])
            {
                rows.Add(address + "prices/%23", accept, "Write 'prices/**'");
                rows.Add(address + "prices.%3E", accept, "Write 'prices.*'");
                rows.Add(address + "prices/%2B/bid", accept, "Write 'prices/*/bid'");
                rows.Add(address + "prices/%7Bs%7D/*", accept, "Write 'prices/{s}/{v1}'");
                rows.Add(address + "prices**", accept, "as a whole part between '/'");
                rows.Add(address + "a,b", accept, "`topic=A&topic=B`");
                rows.Add(address + "%7Ba,b%7D,c", accept, "`%2C`");
            }
        }

        rows.Add("/v1/events?topic=a&type=x,y", "text/event-stream", "`type=A&type=B`");
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rejected))]
    public async Task Get_SpellingOfAnotherSystem_IsRejectedWithTheRightOne(string address, string accept, string remedy)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using HttpResponseMessage response = await Hub.Http.SendAsync(request);
        JsonElement problem = await TestHub.AssertProblemAsync(
            response, 400, address.Contains(',', StringComparison.Ordinal) ? "invalid-parameter" : "invalid-selector", address.Contains("type", StringComparison.Ordinal) ? "type" : "topic");
        Assert.Contains(remedy, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{0}/*", "x")]
    [InlineData("{0}/**", "x,y,deep,comma")]
    [InlineData("{0}/**/z", "deep")]
    [InlineData("{0}/a%2Cb/*", "comma")]
    [InlineData("{0}/%7Bv,w%7D", "x")]
    public async Task Get_GlobOrEncodedComma_ReceivesWhatItMatches(string selector, string expected)
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync($"{topic}/1", "x");
        await Hub.PublishAsync($"{topic}/1/", "y");
        await Hub.PublishAsync($"{topic}/y/z", "deep");
        await Hub.PublishAsync($"{topic}/a,b/1", "comma");
        string query = string.Format(null, selector, topic);
        JsonElement poll = await Hub.PollAsync($"?topic={query}&since=earliest");
        Assert.Equal(expected, string.Join(',', poll.GetProperty("events").EnumerateArray().Select(static e => e.GetProperty("data").GetString())));
    }

    [Fact]
    public async Task Get_LiveGlob_ReceivesNewTopics()
    {
        string topic = fixture.NewTopic();
        using OpenStream stream = await Hub.OpenAsync($"?topic={topic}/*/bid&fields=topic");
        await stream.ReadUntilAsync("retry: ");
        await Hub.PublishAsync($"{topic}/A/ask", "no");
        await Hub.PublishAsync($"{topic}/A/x/bid", "no");
        string id = await Hub.PublishAsync($"{topic}/A/bid", "yes");
        await stream.ReadUntilAsync("data: yes\n\n");
        Assert.Equal($"id: {id}\ntopic: {topic}/A/bid\ndata: yes\n\n", stream.Events);
    }

    [Theory]
    [InlineData("prices/#", false)]
    [InlineData("prices.>", false)]
    [InlineData("prices/{s}/*", false)]
    [InlineData("a**", false)]
    [InlineData("prices/*", true)]
    [InlineData("a,b", true)]
    public async Task Get_GrantOfAToken_FollowsTheSameRules(string selector, bool isValid)
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        string token = hub.Issuer.Token("alice", $$"""{"subscribe":["{{selector}}"]}""");
        using HttpResponseMessage ticket = await hub.Hub.PostAsync("/v1/tickets", "", null, IdentityHub.Bearer(token));
        using HttpResponseMessage response = await hub.Hub.GetAsync($"?topic={Uri.EscapeDataString(isValid ? selector : "x")}", null, IdentityHub.Bearer(token));
        if (isValid)
        {
            Assert.Equal(200, (int)response.StatusCode);
            Assert.Equal(201, (int)ticket.StatusCode);
            return;
        }

        await TestHub.AssertProblemAsync(response, 401, "invalid-token");
        await TestHub.AssertProblemAsync(ticket, 401, "invalid-token");
    }
}
