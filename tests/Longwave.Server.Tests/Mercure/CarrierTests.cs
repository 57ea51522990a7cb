using System.Text.Json.Nodes;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Mercure;

/// <summary>The ways to present a token, and the resulting response.</summary>
public sealed class CarrierTests(MercureFixture fixture) : IClassFixture<MercureFixture>
{
    private const string LegacyCookie = "mercureAuthorization";
    private const string CurrentCookie = "__Secure-mercure_access_token";

    private MercureHub Hub => fixture.Hub;

    [Fact]
    [Sentence("7.36", "7.37", "7.40", "7.43")]
    public async Task Legacy_SeveralTokens_UsesTheFirstOfHeaderQueryCookie()
    {
        string topic = fixture.NewTopic();
        string good = MercureHub.Subscriber(topic);
        string bad = good + "x";
        (string, string) match = ("topic", topic);
        Assert.Equal(200, await Hub.StatusAsync([match, ("authorization", bad)], good, ("Cookie", $"{LegacyCookie}={bad}")));
        Assert.Equal(200, await Hub.StatusAsync([match, ("authorization", good)], null, ("Cookie", $"{LegacyCookie}={bad}")));
        Assert.Equal(200, await Hub.StatusAsync([match], null, ("Cookie", $"{LegacyCookie}={good}")));
        Assert.Equal(401, await Hub.StatusAsync([match, ("authorization", good)], bad, ("Cookie", $"{LegacyCookie}={good}")));
        Assert.Equal(401, await Hub.StatusAsync([match, ("authorization", bad)], null, ("Cookie", $"{LegacyCookie}={good}")));
        Assert.Equal(401, await Hub.StatusAsync([match], null, ("Cookie", $"{LegacyCookie}={bad}")));
    }

    [Fact]
    [Sentence("8.72", "8.75")]
    public async Task Current_HeaderAndCookie_UsesTheHeader()
    {
        string topic = fixture.NewTopic();
        string good = Hub.CurrentSubscriber(topic);
        string bad = good + "x";
        Assert.Equal(200, await Hub.StatusAsync([("match", topic), ("access_token", bad)], good, ("Cookie", $"{CurrentCookie}={bad}")));
        Assert.Equal(401, await Hub.StatusAsync([("match", topic)], bad, ("Cookie", $"{CurrentCookie}={good}")));
        Assert.Equal(200, await Hub.StatusAsync([("match", topic)], null, ("Cookie", $"{CurrentCookie}={good}")));
        Assert.Equal(401, await Hub.StatusAsync([("match", topic)], null, ("Cookie", $"{CurrentCookie}={bad}")));
    }

    [Fact]
    public async Task Cookies_OfBothVersions_EachApplyToTheirVersion()
    {
        string topic = fixture.NewTopic();
        (string, string) both = ("Cookie", $"{LegacyCookie}={MercureHub.Subscriber(topic)}; {CurrentCookie}={Hub.CurrentSubscriber(topic)}");
        Assert.Equal(200, await Hub.StatusAsync([("topic", topic)], null, both));
        Assert.Equal(200, await Hub.StatusAsync([("match", topic)], null, both));
    }

    [Fact]
    [Sentence("8.78")]
    public async Task Current_TokenInTheUrl_IsRejectedAndNeverIgnored()
    {
        string topic = fixture.NewTopic();
        using HttpResponseMessage response = await Hub.GetAsync([("match", topic), ("access_token", Hub.CurrentSubscriber(topic))]);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains("error=\"invalid_request\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Sentence("7.45")]
    public async Task Legacy_TokenInTheUrl_ResponseIsPrivate()
    {
        string topic = fixture.NewTopic();
        using HttpResponseMessage response = await Hub.GetAsync([("topic", topic), ("authorization", MercureHub.Subscriber(topic))]);
        Assert.True(response.Headers.CacheControl?.Private);
    }

    [Theory]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("bearer")]
    [Sentence("7.39", "8.73", "8.85")]
    public async Task Header_NotBearerAndAToken_IsRejected(string header)
    {
        string topic = fixture.NewTopic();
        Assert.Equal(401, await Hub.StatusAsync([("topic", topic)], null, ("Authorization", header)));
        using HttpResponseMessage current = await Hub.GetAsync([("match", topic)], null, ("Authorization", header));
        Assert.Equal(400, (int)current.StatusCode);
        Assert.Contains("error=\"invalid_request\"", current.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Equal(200, await Hub.StatusAsync([("topic", topic)], null, ("Authorization", "bEaReR " + MercureHub.Subscriber(topic))));
    }

    [Theory]
    [InlineData(200, "Origin", "OWN")]
    [InlineData(200, "Origin", "https://app.example")]
    [InlineData(200, "Referer", "OWN/page?x=1")]
    [InlineData(200, "Referer", "https://app.example/page")]
    [InlineData(403, "Origin", "https://reader.example")]
    [InlineData(403, "Origin", "https://app.example.evil.example")]
    [InlineData(403, "Origin", "null")]
    [InlineData(403, "Referer", "https://evil.example/https://app.example")]
    [InlineData(403, "Accept", "*/*")]
    [Sentence("7.97", "7.98", "7.99", "8.188", "8.189")]
    public async Task Publish_Cookie_RequiresAnAllowedOrigin(int status, string header, string value)
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options =>
        {
            options.Server.AllowedOrigins = ["https://app.example", "https://reader.example"];
            options.Mercure.PublishOrigins = ["https://app.example"];
        });
        string before = hub.Hub.Engine.Tip.ToString();
        value = value.Replace("OWN", hub.Hub.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
        foreach ((string cookie, string token, int refused) in new[] { (LegacyCookie, MercureHub.Publisher("*"), 401), (CurrentCookie, hub.CurrentPublisher("*"), 403) })
        {
            using HttpResponseMessage response = await hub.Hub.PostAsync(
                MercureHub.Path, "topic=a&data=x", "application/x-www-form-urlencoded", ("Cookie", $"{cookie}={token}"), (header, value));
            bool isForeign = status != 200 && header == "Origin" && value != "https://reader.example";
            Assert.Equal(status == 200 || isForeign ? status : refused, (int)response.StatusCode);
        }

        Assert.Equal(status == 200, before != hub.Hub.Engine.Tip.ToString());
    }

    [Fact]
    public async Task Cookie_NameIsConfigured_OnlyThatNameIsRead()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Mercure.CookieName = "hub-token");
        string token = MercureHub.Subscriber("a") + "x";
        Assert.Equal(401, await hub.StatusAsync([("topic", "a")], null, ("Cookie", $"hub-token={token}")));
        Assert.Equal(200, await hub.StatusAsync([("topic", "a")], null, ("Cookie", $"{LegacyCookie}={token}")));
    }

    [Fact]
    public async Task QueryTokens_SwitchedOff_AreRejected()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Mercure.QueryTokens = false);
        Assert.Equal(401, await hub.StatusAsync([("topic", "a"), ("authorization", MercureHub.Subscriber("a"))]));
    }

    [Fact]
    [Sentence("7.35", "8.70")]
    public async Task Tls_PublishAndSubscribe_Work()
    {
        await using MercureHub hub = await MercureHub.StartAsync(tls: true);
        using OpenStream stream = await hub.OpenAsync("topic", "a", MercureHub.Subscriber("a"));
        await hub.PublishAsync("a", "secret", ("private", "on"));
        await stream.ReadUntilAsync("data: secret\n\n");
        using HttpResponseMessage metadata = await hub.Hub.Http.GetAsync("/.well-known/oauth-protected-resource" + MercureHub.Path);
        Assert.StartsWith("https://", (await TestHub.ReadJsonAsync(metadata)).GetProperty("resource").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoAnonymous_WithoutAToken_Is401()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Mercure.Anonymous = false);
        Assert.Equal(401, await hub.StatusAsync([("topic", "a")]));
        Assert.Equal(401, await hub.StatusAsync([("match", "a")]));
        Assert.Equal(200, await hub.StatusAsync([("topic", "a")], MercureHub.Legacy(false, new JsonObject())));
    }

    [Fact]
    public async Task MercureKeys_WithoutOtherAuthentication_CloseTheNativeSideToo()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Auth.ApiKeys.Clear());
        using HttpResponseMessage published = await hub.Hub.PostAsync("/v1/events?topic=a", "x");
        Assert.Equal(401, (int)published.StatusCode);
        using HttpResponseMessage read = await hub.Hub.GetAsync("?topic=a");
        Assert.Equal(401, (int)read.StatusCode);
        using HttpResponseMessage foreign = await hub.Hub.GetAsync("?topic=a", null, MercureHub.Bearer(MercureHub.Subscriber("*")));
        Assert.Equal(401, (int)foreign.StatusCode);
    }
}
