using System.Text.Json.Nodes;
using Longwave.Server.Configuration;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Mercure;

/// <summary>Ends of streams, and streams whose token has expired.</summary>
public sealed class StreamEndTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static void Quick(LongwaveOptions options) => options.Engine.Heartbeat = TimeSpan.FromMilliseconds(200);

    [Fact]
    [Sentence("7.55", "8.93", "8.111")]
    public async Task Stream_TokenExpires_EndsAtThatSecond()
    {
        await using MercureHub hub = await MercureHub.StartAsync(Quick);
        long exp = hub.Clock.GetUtcNow().Add(Hour).ToUnixTimeSeconds();
        using OpenStream current = await hub.OpenAsync("match", "a", hub.CurrentSubscriber("a"));
        using OpenStream legacy = await hub.OpenAsync("topic", "a", MercureHub.Legacy(false, null, claims => claims["exp"] = exp));
        using OpenStream endless = await hub.OpenAsync("topic", "a", MercureHub.Subscriber("a"));
        hub.Clock.Advance(Hour + TimeSpan.FromSeconds(1));
        foreach (OpenStream stream in (OpenStream[])[current, legacy])
        {
            string text = await stream.ReadToEndAsync();
            Assert.Contains("\"reason\":\"token-expired\"", text, StringComparison.Ordinal);
            Assert.DoesNotContain("token-expiring", text, StringComparison.Ordinal);
        }

        await hub.PublishAsync("a", "still here");
        await endless.ReadUntilAsync("data: still here\n\n");
    }

    [Fact]
    [Sentence("8.93")]
    public async Task Token_ExpiredOrNotYetValid_IsRejectedFromTheFirstRequest()
    {
        await using MercureHub hub = await MercureHub.StartAsync(Quick);
        long now = hub.Clock.GetUtcNow().ToUnixTimeSeconds();
        string late = hub.Current(false, MercureHub.Detail("subscribe", "a"), (_, claims) => claims["exp"] = now - 1);
        string early = hub.Current(false, MercureHub.Detail("subscribe", "a"), (_, claims) => claims["nbf"] = now + 3600);
        string without = hub.Current(false, MercureHub.Detail("subscribe", "a"), (_, claims) => claims.Remove("exp"));
        foreach (string token in (string[])[late, early, without])
        {
            Assert.Equal(401, await hub.StatusAsync([("match", "a")], token));
        }

        Assert.Equal(401, await hub.StatusAsync([("topic", "a")], MercureHub.Legacy(false, null, claims => claims["exp"] = now - 1)));
        Assert.Equal(401, await hub.StatusAsync([("topic", "a")], MercureHub.Legacy(false, null, claims => claims["nbf"] = now + 3600)));
    }

    [Fact]
    [Sentence("8.112")]
    public async Task Stream_MaxAgeReached_SendsReconnect()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options =>
        {
            Quick(options);
            options.Engine.MaxConnectionAge = TimeSpan.FromMilliseconds(500);
        });
        using OpenStream stream = await hub.OpenAsync("match", "a", hub.CurrentSubscriber("a"));
        Assert.Contains("event: longwave.reconnect\n", await stream.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Sentence("8.20", "8.21")]
    public async Task Stream_WithoutUpdates_GetsHeartbeatComments()
    {
        await using MercureHub hub = await MercureHub.StartAsync(Quick);
        using OpenStream stream = await hub.OpenAsync("match", "a");
        Assert.Equal("no", Assert.Single(stream.Response.Headers.GetValues("X-Accel-Buffering")));
        int before = stream.Text.Length;
        string text = await stream.ReadUntilAsync("\n: ");
        Assert.True(text.Length > before);
    }

    [Fact]
    [Sentence("8.14")]
    public async Task Streams_OverTheLimitOfASubject_Are429()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Server.Admission.Subject.MaxStreams = 1);
        string token = hub.Current(false, MercureHub.Detail("subscribe", "a"), static (_, claims) => claims["sub"] = "alice");
        using OpenStream first = await hub.OpenAsync("match", "a", token);
        Assert.Equal(429, await hub.StatusAsync([("match", "a")], token));
        Assert.Equal(200, await hub.StatusAsync([("match", "a")], hub.CurrentSubscriber("a")));
    }

    [Fact]
    public async Task Token_OfARevokedSubject_IsRejectedAndItsStreamEnds()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Auth.ApiKeys[0].Admin = true);
        string token = MercureHub.Legacy(false, null, static claims => (claims["sub"], claims["iss"]) = ("mallory", "https://app.example"));
        using OpenStream stream = await hub.OpenAsync("topic", "a", token);
        using HttpResponseMessage revoked = await hub.Hub.PostAsync(
            "/v1/revocations", """{"sub":"mallory","iss":"https://app.example"}""", "application/json", MercureHub.Bearer(NativeKey.Text));
        Assert.True(revoked.IsSuccessStatusCode, await revoked.Content.ReadAsStringAsync());
        await stream.ReadToEndAsync();
        Assert.Equal(401, await hub.StatusAsync([("topic", "a")], token));
    }

    [Fact]
    public async Task Token_WithoutSubjectRevokedByItsId_IsRejectedForEverAndItsStreamEnds()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Auth.ApiKeys[0].Admin = true);
        string token = MercureHub.Legacy(false, new JsonObject { ["subscribe"] = new JsonArray("*") }, static claims => claims["jti"] = "stolen");
        using OpenStream stream = await hub.OpenAsync("topic", "a", token);
        using HttpResponseMessage revoked = await hub.Hub.PostAsync("/v1/revocations", """{"jti":"stolen"}""", "application/json", MercureHub.Bearer(NativeKey.Text));
        Assert.Equal("""{"revoked":"jti","streams":1}""", await revoked.Content.ReadAsStringAsync());
        await stream.ReadToEndAsync();
        hub.Clock.Advance(TimeSpan.FromDays(5_000));
        Assert.Equal(401, await hub.StatusAsync([("topic", "a")], token));
    }

    [Theory]
    [InlineData("""{"subscribe":["a"],"subscribe":["*"]}""")]
    [InlineData("""{"subscribe":["*"],"payload":1,"payload":2}""")]
    public async Task Token_ClaimWithADuplicateMember_IsRejected(string claim)
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        string token = MercureHub.SubscriberWith($$"""{"mercure":{{claim}}}""");
        Assert.Equal(401, await hub.StatusAsync([("topic", "a")], token));
    }
}
