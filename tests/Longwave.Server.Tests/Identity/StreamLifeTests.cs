using System.Net;
using System.Text.Json;
using Longwave.Engine.Subscribers;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Identity;

/// <summary>Open streams when their token expires, is renewed or is revoked.</summary>
public sealed class StreamLifeTests(ITestOutputHelper output)
{
    private const int Streams = 1_000;
    private const string ReadA = """{"subscribe":["a"]}""";

    [Fact]
    public async Task Stream_TokenExpires_SendsANoticeThenEndsCleanly()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        using OpenStream stream = await hub.OpenAsync("?topic=a", hub.Issuer.Token("alice", ReadA));
        hub.Clock.Advance(TimeSpan.FromMinutes(59.5));
        await stream.ReadUntilAsync("longwave.token-expiring");
        hub.Clock.Advance(TimeSpan.FromMinutes(1));
        string text = await stream.ReadToEndAsync();
        int told = text.IndexOf("event: longwave.token-expiring\ndata: {\"expires\":\"", StringComparison.Ordinal);
        int closed = text.IndexOf("event: longwave.closed\ndata: {\"reason\":\"token-expired\"}\n\n", StringComparison.Ordinal);
        Assert.True(told > 0 && closed > told, text);
        Assert.Contains($"\"connection\":\"{IdentityHub.Connection(stream)}\"", text, StringComparison.Ordinal);

        // The shard counts a stream after it has written its end.
        await Eventually.TrueAsync(() => hub.Hub.Engine.ConnectionCount == 0);
        Assert.Equal(1, hub.Hub.Engine.Metrics.Closed(CloseReason.TokenExpired));
    }

    [Fact]
    public async Task Poll_TokenExpires_ReturnsTheReason()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        Task<HttpResponseMessage> poll = hub.Hub.GetAsync("?topic=a&wait=60", "application/json", IdentityHub.Bearer(hub.Issuer.Token("alice", ReadA)));
        await Eventually.TrueAsync(() => hub.Hub.Engine.ConnectionCount == 1);
        hub.Clock.Advance(TimeSpan.FromMinutes(61));
        using HttpResponseMessage response = await poll;
        await TestHub.AssertProblemAsync(response, 401, "invalid-token");
    }

    [Fact]
    public async Task Renew_SameSubject_KeepsTheStreamPastTheFirstExpiry()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        using OpenStream stream = await hub.OpenAsync("?topic=a", hub.Issuer.Token("alice", ReadA));
        using OpenStream witness = await hub.OpenAsync("?topic=a", hub.Issuer.Token("bob", ReadA));
        hub.Clock.Advance(TimeSpan.FromMinutes(59.5));
        await stream.ReadUntilAsync("longwave.token-expiring");
        using HttpResponseMessage renewed = await hub.RenewAsync(stream, hub.Issuer.Token("alice", ReadA));
        Assert.Equal(HttpStatusCode.NoContent, renewed.StatusCode);

        // The other stream had a token with the same expiry and was not renewed.
        hub.Clock.Advance(TimeSpan.FromMinutes(5));
        await witness.ReadToEndAsync();
        await hub.PublishAsync("a", "still here");
        Assert.DoesNotContain("longwave.closed", await stream.ReadUntilAsync("data: still here\n\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renew_WrongTokens_AreRejectedAndTheStreamContinues()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        using OpenStream stream = await hub.OpenAsync("?topic=a", hub.Issuer.Token("alice", ReadA));
        await RefusedAsync(await hub.RenewAsync(stream, hub.Issuer.Token("bob", ReadA)), 403, "forbidden");
        await RefusedAsync(await hub.RenewAsync(stream, hub.Issuer.Token("alice", ReadA, TimeSpan.FromMinutes(-5))), 401, "invalid-token");
        await RefusedAsync(await hub.RenewAsync(stream, "broken"), 401, "invalid-token");
        await RefusedAsync(await hub.Hub.PostAsync($"/v1/connections/{IdentityHub.Connection(stream)}/token", ""), 401, "unauthorized");
        await RefusedAsync(await hub.Hub.PostAsync("/v1/connections/c00000000-1/token", "", null, IdentityHub.Bearer(hub.Issuer.Token("alice", ReadA))), 404, "not-found");
        await hub.PublishAsync("a", "still here");
        await stream.ReadUntilAsync("data: still here\n\n");
    }

    [Fact]
    public async Task Renew_NarrowerGrants_TakeEffectAtOnce()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        using OpenStream stream = await hub.OpenAsync("?topic=*", hub.Issuer.Token("alice", """{"subscribe":["a","b"]}"""));
        await hub.PublishAsync("b", "before");
        await stream.ReadUntilAsync("data: before\n\n");
        using HttpResponseMessage renewed = await hub.RenewAsync(stream, hub.Issuer.Token("alice", ReadA));
        Assert.Equal(HttpStatusCode.NoContent, renewed.StatusCode);
        await hub.PublishAsync("b", "after");
        await hub.PublishAsync("a", "mine");
        Assert.DoesNotContain("data: after", await stream.ReadUntilAsync("data: mine\n\n"), StringComparison.Ordinal);

        using OpenStream exact = await hub.OpenAsync("?topic=b", hub.Issuer.Token("alice", """{"subscribe":["a","b"]}"""));
        await RefusedAsync(await hub.RenewAsync(exact, hub.Issuer.Token("alice", ReadA)), 403, "forbidden", "topic");
        Assert.EndsWith("event: longwave.closed\ndata: {\"reason\":\"grants-narrowed\"}\n\n", await exact.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_TokenSubjectOrConnection_EndsThoseStreamsAndNoOther()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        string token = hub.Issuer.Token("alice", ReadA, change: static (_, claims) => claims["jti"] = "the-token");
        using OpenStream byToken = await hub.OpenAsync("?topic=a", token);
        using OpenStream bySubject = await hub.OpenAsync("?topic=a", hub.Issuer.Token("carol", ReadA));
        using OpenStream byName = await hub.OpenAsync("?topic=a", hub.Issuer.Token("dave", ReadA));
        using OpenStream other = await hub.OpenAsync("?topic=a", hub.Issuer.Token("alice", ReadA));
        await RevokedAsync(hub, """{"jti":"the-token"}""", 1);
        await RevokedAsync(hub, """{"sub":"carol"}""", 1);
        await RevokedAsync(hub, $$"""{"connection":"{{IdentityHub.Connection(byName)}}"}""", 1);
        await RevokedAsync(hub, """{"sub":"unknown","iss":"https://other.example"}""", 0);
        foreach (OpenStream ended in (OpenStream[])[byToken, bySubject, byName])
        {
            Assert.EndsWith("event: longwave.closed\ndata: {\"reason\":\"revoked\"}\n\n", await ended.ReadToEndAsync(), StringComparison.Ordinal);
        }

        await RefusedAsync(await hub.Hub.GetAsync("?topic=a", null, IdentityHub.Bearer(token)), 401, "invalid-token");
        await hub.PublishAsync("a", "for the other");
        await other.ReadUntilAsync("data: for the other\n\n");
    }

    [Fact]
    public async Task Streams_OpenedWhileTheirSubjectIsRevoked_NeverStay()
    {
        const int Openings = 200;
        await using IdentityHub hub = await IdentityHub.StartAsync();
        string token = hub.Issuer.Token("mallory", ReadA);
        Task<HttpResponseMessage>[] opening = [.. Enumerable.Range(0, Openings).Select(_ => hub.Hub.GetAsync("?topic=a", null, IdentityHub.Bearer(token)))];
        await Task.WhenAny(opening);
        using HttpResponseMessage revoked = await hub.RevokeAsync("""{"sub":"mallory"}""");
        Assert.Equal(HttpStatusCode.Created, revoked.StatusCode);
        int opened = 0;
        foreach (Task<HttpResponseMessage> one in opening)
        {
            using HttpResponseMessage response = await one;
            opened += response.IsSuccessStatusCode ? 1 : 0;
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Unauthorized, $"{response.StatusCode}");
            Assert.Contains(
                response.IsSuccessStatusCode ? """{"reason":"revoked"}""" : "invalid-token", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await Eventually.TrueAsync(() => hub.Hub.Engine.ConnectionCount == 0);
        output.WriteLine($"{opened} of {Openings} streams had opened, and ended; the others were refused.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"jti":"a","sub":"b"}""")]
    [InlineData("""{"jti":1}""")]
    [InlineData("""{"jti":""}""")]
    [InlineData("""{"token":"a"}""")]
    [InlineData("""{"iss":"a"}""")]
    [InlineData("""{"connection":"a","iss":"b"}""")]
    public async Task Revoke_BodyWithoutTarget_IsRejected(string body)
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        await RefusedAsync(await hub.RevokeAsync(body), 400, "malformed-body", "body");
    }

    [Fact]
    public async Task Connections_ForAnAdministrator_AreListedShownAndEnded()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        using OpenStream stream = await hub.OpenAsync("?topic=a&type=t", hub.Issuer.Token("alice", ReadA));
        using OpenStream second = await hub.OpenAsync("?topic=a", hub.Issuer.Token("bob", ReadA));
        (string, string) root = IdentityHub.Bearer(hub.Admin());
        await RefusedAsync(await hub.SendAsync(HttpMethod.Get, "/v1/connections", IdentityHub.Bearer(hub.Issuer.Token("bob", ReadA))), 403, "forbidden");

        using HttpResponseMessage list = await hub.SendAsync(HttpMethod.Get, "/v1/connections?limit=1", root);
        JsonElement page = await TestHub.ReadJsonAsync(list);
        JsonElement first = page.GetProperty("connections")[0];
        Assert.Equal(IdentityHub.Connection(stream), first.GetProperty("id").GetString());
        Assert.Equal("alice", first.GetProperty("subject").GetString());
        Assert.Equal("t", first.GetProperty("types")[0].GetString());
        using HttpResponseMessage next = await hub.SendAsync(HttpMethod.Get, $"/v1/connections?after={page.GetProperty("next").GetString()}&subject=bob", root);
        Assert.Equal("bob", (await TestHub.ReadJsonAsync(next)).GetProperty("connections")[0].GetProperty("subject").GetString());

        string path = "/v1/connections/" + IdentityHub.Connection(stream);
        using HttpResponseMessage one = await hub.SendAsync(HttpMethod.Get, path, root);
        Assert.Equal("a", (await TestHub.ReadJsonAsync(one)).GetProperty("topics")[0].GetString());
        using HttpResponseMessage ended = await hub.SendAsync(HttpMethod.Delete, path, root);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.EndsWith("event: longwave.closed\ndata: {\"reason\":\"ended\"}\n\n", await stream.ReadToEndAsync(), StringComparison.Ordinal);
        await RefusedAsync(await hub.SendAsync(HttpMethod.Get, "/v1/connections/none", root), 404, "not-found");
        await RefusedAsync(await hub.SendAsync(HttpMethod.Get, "/v1/connections?after=none", root), 400, "invalid-parameter", "after");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Streams_AThousandExpireRenewAndAreRevoked_EachGetsExactlyItsEvents()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        var expiring = new List<OpenStream>();
        var renewed = new List<OpenStream>();
        var revoked = new List<OpenStream>();
        string alice = hub.Issuer.Token("alice", ReadA, TimeSpan.FromMinutes(30));
        string bob = hub.Issuer.Token("bob", ReadA, TimeSpan.FromMinutes(30));
        string carol = hub.Issuer.Token("carol", ReadA);
        for (int i = 0; i < Streams; i++)
        {
            (List<OpenStream> into, string token) = (i % 3) switch { 0 => (expiring, alice), 1 => (renewed, bob), _ => (revoked, carol) };
            into.Add(await hub.OpenAsync("?topic=a", token));
        }

        foreach (OpenStream stream in renewed)
        {
            using HttpResponseMessage answer = await hub.RenewAsync(stream, hub.Issuer.Token("bob", ReadA));
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        await hub.PublishAsync("a", "before");
        await RevokedAsync(hub, """{"sub":"carol"}""", revoked.Count);
        hub.Clock.Advance(TimeSpan.FromMinutes(31));
        List<string> ended = [.. await Task.WhenAll(expiring.Select(static stream => stream.ReadToEndAsync()).Concat(revoked.Select(static stream => stream.ReadToEndAsync())))];
        await hub.PublishAsync("a", "after");

        Assert.All(ended, static text => Assert.EndsWith("\"}\n\n", text, StringComparison.Ordinal));
        Assert.Equal(expiring.Count, ended.Count(static text => text.Contains("{\"reason\":\"token-expired\"}", StringComparison.Ordinal)));
        Assert.Equal(revoked.Count, ended.Count(static text => text.Contains("{\"reason\":\"revoked\"}", StringComparison.Ordinal)));
        Assert.All(ended, static text => Assert.Single(text.Split("\ndata: before\n")[1..]));
        Assert.DoesNotContain(ended, static text => text.Contains("data: after", StringComparison.Ordinal));
        string[] kept = await Task.WhenAll(renewed.Select(static stream => stream.ReadUntilAsync("data: after\n\n")));
        Assert.All(kept, static text => Assert.Single(text.Split("\ndata: before\n")[1..]));
        Assert.DoesNotContain(kept, static text => text.Contains("longwave.closed", StringComparison.Ordinal));
        Assert.Equal(renewed.Count, hub.Hub.Engine.ConnectionCount);
        output.WriteLine($"{expiring.Count} expired, {revoked.Count} revoked: all ended, 0 events after; {renewed.Count} renewed: all kept, 0 events lost.");
    }

    private static async Task RevokedAsync(IdentityHub hub, string json, int streams)
    {
        using HttpResponseMessage response = await hub.RevokeAsync(json);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(streams, (await TestHub.ReadJsonAsync(response)).GetProperty("streams").GetInt32());
    }

    private static async Task RefusedAsync(HttpResponseMessage response, int status, string name, string? field = null)
    {
        using (response)
        {
            await TestHub.AssertProblemAsync(response, status, name, field);
        }
    }
}
