using System.Net;
using System.Text.Json;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Identity;

public sealed class GrantsOverHttpTests
{
    [Fact]
    public async Task Get_WithoutToken_Is401WithAChallenge()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        using HttpResponseMessage response = await hub.Hub.GetAsync("?topic=a");
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        await TestHub.AssertProblemAsync(response, 401, "unauthorized", "topic");
        foreach (string path in (string[])["/v1/topics", "/v1/connections"])
        {
            using HttpResponseMessage other = await hub.Hub.Http.GetAsync(path);
            await TestHub.AssertProblemAsync(other, 401, "unauthorized");
        }

        using HttpResponseMessage publish = await hub.Hub.PostAsync("/v1/events?topic=a", "x");
        await TestHub.AssertProblemAsync(publish, 401, "unauthorized");
    }

    [Theory]
    [InlineData("a/1", "", true)]
    [InlineData("a/{n}", "", true)]
    [InlineData("a/*", "", true)]
    [InlineData("a/**", "", true)]
    [InlineData("**", "", true)]
    [InlineData("c/*", "", false)]
    [InlineData("d/x/y", "", true)]
    [InlineData("d/*", "", true)]
    [InlineData("d", "", false)]
    [InlineData("*", "", true)]
    [InlineData("b/1", "", false)]
    [InlineData("c/{n}", "", false)]
    [InlineData("b/2", "&type=trade", true)]
    [InlineData("b/2", "&type=quote", false)]
    public async Task Get_Selector_IsAcceptedIfPartOfItIsGranted(string selector, string more, bool taken)
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        string token = hub.Issuer.Token("alice", """{"subscribe":["a/{n}","d/**",{"topic":"b/2","types":["trade"]}]}""");
        using HttpResponseMessage response = await hub.Hub.GetAsync($"?topic={Uri.EscapeDataString(selector)}{more}", null, IdentityHub.Bearer(token));
        if (taken)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return;
        }

        JsonElement problem = await TestHub.AssertProblemAsync(response, 403, "forbidden", "topic");
        Assert.Contains($"subscribing to `{selector}`", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_TopicOrTypeNotGranted_AppendsNothing()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        (string, string) alice = IdentityHub.Bearer(hub.Issuer.Token("alice", """{"publish":["a/{n}",{"topic":"b","types":["trade"]}]}"""));
        string tip = hub.Hub.Engine.Tip.ToString();
        using HttpResponseMessage topic = await hub.Hub.PostAsync("/v1/events?topic=b&type=quote", "x", null, alice);
        await TestHub.AssertProblemAsync(topic, 403, "forbidden", "topic");
        using HttpResponseMessage alternate = await hub.Hub.PostAsync("/v1/events?topic=a/1&topic=c", "x", null, alice);
        await TestHub.AssertProblemAsync(alternate, 403, "forbidden", "topic");
        using HttpResponseMessage batch = await hub.Hub.PostAsync(
            "/v1/events",
            """[{"specversion":"1.0","id":"1","source":"s","type":"trade","topic":"b"},{"specversion":"1.0","id":"2","source":"s","type":"trade","topic":"c"}]""",
            "application/cloudevents-batch+json",
            alice);
        Assert.Equal(1, (await TestHub.AssertProblemAsync(batch, 403, "forbidden", "topic")).GetProperty("index").GetInt32());
        Assert.Equal(tip, hub.Hub.Engine.Tip.ToString());

        using HttpResponseMessage granted = await hub.Hub.PostAsync("/v1/events?topic=b&type=trade", "x", null, alice);
        Assert.Equal(HttpStatusCode.Created, granted.StatusCode);
        using HttpResponseMessage reader = await hub.Hub.PostAsync(
            "/v1/events?topic=a/1", "x", null, IdentityHub.Bearer(hub.Issuer.Token("bob", """{"subscribe":["*"]}""")));
        await TestHub.AssertProblemAsync(reader, 403, "forbidden");
    }

    [Fact]
    public async Task Post_PrivateEvents_ReachOnlyAuthorizedSubscribers()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync(static options => options.Auth.Anonymous.Subscribe.Add(new() { Topic = "*" }));
        await hub.PublishAsync("a", "open");
        await hub.PublishAsync("a", "by query", "&private=true");
        (string, string) root = IdentityHub.Bearer(hub.Admin());
        foreach ((string type, string body) in ((string, string)[])
            [
                ("application/cloudevents+json", """{"specversion":"1.0","id":"1","source":"s","type":"t","topic":"a","private":true,"data":"by attribute"}"""),
                ("application/cloudevents+json", """{"specversion":"1.0","id":"2","source":"s","type":"t","topic":"a","private":"true","data":"by text"}"""),
            ])
        {
            using HttpResponseMessage response = await hub.Hub.PostAsync("/v1/events", body, type, root);
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        }

        using HttpResponseMessage binary = await hub.Hub.PostAsync(
            "/v1/events?topic=a", "by header", "text/plain", root, ("ce-specversion", "1.0"), ("ce-id", "3"), ("ce-source", "s"), ("ce-type", "t"), ("ce-private", "true"));
        Assert.Equal(HttpStatusCode.Created, binary.StatusCode);
        await hub.PublishAsync("secret", "all private", "&private=true");

        Assert.Equal(["open"], await DataAsync(hub, null));
        Assert.Equal(["open"], await DataAsync(hub, hub.Issuer.Token("bob", """{"subscribe":["b"]}""")));
        string[] all = ["open", "by query", "\"by attribute\"", "\"by text\"", "by header"];
        Assert.Equal(all, (await DataAsync(hub, hub.Issuer.Token("alice", """{"subscribe":["a"]}"""))).Select(static d => d));
        Assert.Equal(["a"], await TopicsAsync(hub, null));
        Assert.Equal(["a", "secret"], await TopicsAsync(hub, hub.Issuer.Token("carol", """{"subscribe":["secret"]}""")));

        // The output marks private events, so that they stay private when they are copied to another hub.
        using HttpResponseMessage lines = await hub.Hub.GetAsync("?topic=secret&since=earliest&format=cloudevents", "application/json", root);
        Assert.True((await TestHub.ReadJsonAsync(lines)).GetProperty("events")[0].GetProperty("private").GetBoolean());
    }

    [Theory]
    [InlineData("?topic=a&private=yes", "x", null, "invalid-parameter")]
    [InlineData("", """{"specversion":"1.0","id":"1","source":"s","type":"t","topic":"a","private":"yes"}""", "application/cloudevents+json", "invalid-event")]
    [InlineData("", """{"specversion":"1.0","id":"1","source":"s","type":"t","topic":"a","private":1}""", "application/cloudevents+json", "invalid-event")]
    public async Task Post_PrivateNotABoolean_IsRejected(string query, string body, string? contentType, string problem)
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        using HttpResponseMessage response = await hub.Hub.PostAsync("/v1/events" + query, body, contentType, IdentityHub.Bearer(hub.Admin()));
        await TestHub.AssertProblemAsync(response, 400, problem, "private");
    }

    private static async Task<List<string>> DataAsync(IdentityHub hub, string? token)
    {
        (string, string)[] headers = token is null ? [] : [IdentityHub.Bearer(token)];
        using HttpResponseMessage response = await hub.Hub.GetAsync("?topic=*&topic=a&since=earliest", "application/json", headers);
        return [.. (await TestHub.ReadJsonAsync(response)).GetProperty("events").EnumerateArray().Select(static e => e.GetProperty("data").GetString()!)];
    }

    private static async Task<List<string>> TopicsAsync(IdentityHub hub, string? token)
    {
        (string, string)[] headers = token is null ? [] : [IdentityHub.Bearer(token)];
        using HttpResponseMessage response = await hub.SendAsync(HttpMethod.Get, "/v1/topics", headers);
        return [.. (await TestHub.ReadJsonAsync(response)).GetProperty("topics").EnumerateArray().Select(static t => t.GetProperty("topic").GetString()!)];
    }
}
