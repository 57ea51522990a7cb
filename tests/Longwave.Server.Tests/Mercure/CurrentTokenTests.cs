using System.Net;
using System.Text.Json.Nodes;
using Longwave.Server.Identity;
using Longwave.Server.Tests.Hosting;
using Longwave.Server.Tests.Identity;
using Microsoft.Extensions.Options;

namespace Longwave.Server.Tests.Mercure;

/// <summary>Mercure 1.0: access tokens and their details.</summary>
public sealed class CurrentTokenTests(MercureFixture fixture) : IClassFixture<MercureFixture>
{
    private MercureHub Hub => fixture.Hub;

    [Fact]
    [Sentence("8.66", "8.86", "8.87", "8.94", "8.95", "8.97", "8.98", "8.99", "8.100")]
    public async Task Token_Claims_AreTheRequiredOnes()
    {
        JsonNode Details() => MercureHub.Detail("subscribe", "a");
        async Task<int> StatusAsync(Action<JsonObject, JsonObject> change) => await Hub.StatusAsync([("match", "a")], Hub.Current(false, Details(), change));
        Assert.Equal(200, await StatusAsync(static (_, _) => { }));
        Assert.Equal(200, await StatusAsync(static (header, _) => header["typ"] = "application/AT+JWT"));
        Assert.Equal(200, await StatusAsync((_, claims) => claims["aud"] = new JsonArray("https://other.example", Hub.Url)));
        Action<JsonObject, JsonObject>[] bad =
        [
            static (header, _) => header["typ"] = "JWT",
            static (header, _) => header.Remove("typ"),
            static (header, _) => header["typ"] = "logout+jwt",
            static (header, _) => header["alg"] = "HS512",
            static (_, claims) => claims.Remove("aud"),
            static (_, claims) => claims["aud"] = "https://other.example/.well-known/mercure",
            static (_, claims) => claims.Remove("exp"),
            static (_, claims) => claims["exp"] = "soon",
        ];
        foreach (Action<JsonObject, JsonObject> change in bad)
        {
            using HttpResponseMessage response = await Hub.GetAsync([("match", "a")], Hub.Current(false, Details(), change));
            Assert.Equal(401, (int)response.StatusCode);
            Assert.Contains("error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Sentence("8.88", "8.89", "8.91")]
    public async Task Token_OwnKeysAndAlgorithms_AreIgnored()
    {
        byte[] mine = new byte[32];
        var jwk = new JsonObject { ["kty"] = "oct", ["k"] = Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode(mine) };
        foreach ((string name, JsonNode value) in new (string, JsonNode)[] { ("jwk", jwk), ("jku", "http://127.0.0.1:1/keys"), ("x5u", "http://127.0.0.1:1/cert") })
        {
            var header = new JsonObject { ["alg"] = "HS256", ["typ"] = "at+jwt", [name] = value };
            Assert.Equal(401, await Hub.StatusAsync([("match", "a")], MercureHub.Sign(header, Claims(), mine)));
        }

        string none = TestIssuer.Encode("""{"alg":"none","typ":"at+jwt"}""") + "." + TestIssuer.Encode(Claims().ToJsonString()) + ".";
        Assert.Equal(401, await Hub.StatusAsync([("match", "a")], none));
        Assert.Equal(401, await Hub.StatusAsync([("match", "a")], none + "AA"));
        JsonObject Claims() => new()
        {
            ["aud"] = Hub.Url,
            ["exp"] = Hub.Clock.GetUtcNow().AddHours(1).ToUnixTimeSeconds(),
            ["authorization_details"] = MercureHub.Detail("subscribe", "a"),
        };
    }

    [Fact]
    [Sentence("8.90")]
    public async Task Algorithms_OfTheDraft_AreSupportedExceptEdDsa()
    {
        Assert.Contains("ES256", SigningAlgorithms.All);
        Assert.Contains("RS256", SigningAlgorithms.All);
        OptionsValidationException failed = await Assert.ThrowsAsync<OptionsValidationException>(
            static () => MercureHub.StartAsync(static options => options.Mercure.Subscriber.Algorithms.Add("EdDSA")));
        Assert.Contains("Mercure:Subscriber:Algorithms: `EdDSA` is not one of", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Sentence("8.68")]
    public async Task Keys_OfTheOtherRole_AreRejected()
    {
        using HttpResponseMessage published = await Hub.PostAsync(Hub.Current(false, MercureHub.Detail("publish", "*")), ("topic", "a"));
        Assert.Equal(401, (int)published.StatusCode);
        Assert.Equal(401, await Hub.StatusAsync([("match", "a")], Hub.Current(true, MercureHub.Detail("subscribe", "*"))));
    }

    [Theory]
    [InlineData("""{"type":"TYPE","topics":[{"match":"a"}]}""")]
    [InlineData("""{"type":"TYPE","actions":[],"topics":[{"match":"a"}]}""")]
    [InlineData("""{"type":"TYPE","actions":"subscribe","topics":[{"match":"a"}]}""")]
    [InlineData("""{"type":"TYPE","actions":["subscribe",1],"topics":[{"match":"a"}]}""")]
    [InlineData("""{"type":"TYPE","actions":["subscribe"]}""")]
    [InlineData("""{"type":"TYPE","actions":["subscribe"],"topics":[]}""")]
    [InlineData("""{"type":"TYPE","actions":["subscribe"],"topics":{"match":"a"}}""")]
    [InlineData("""{"type":"TYPE","actions":["subscribe"],"topics":["a"]}""")]
    [InlineData("""{"type":"TYPE","actions":["subscribe"],"topics":[{"match":1}]}""")]
    [InlineData("""{"type":"TYPE","actions":["subscribe"],"topics":[{}]}""")]
    [InlineData("""{"type":"TYPE","actions":["subscribe"],"topics":[{"match":"a","match_type":"Exact"}]}""")]
    [InlineData("""{"type":"TYPE","actions":["subscribe"],"topics":[{"match":"a","match_type":"regexp"}]}""")]
    [InlineData("""{"type":"TYPE","actions":["subscribe"],"topics":[{"match":"a","match_type":null}]}""")]
    [InlineData("""{"type":"TYPE","actions":["subscribe"],"topics":[{"match":"/(","match_type":"urlpattern"}]}""")]
    [InlineData("""{"type":"TYPE","actions":["subscribe"],"topics":[{"match":"a\u202eb"}]}""")]
    [InlineData("""{"actions":["subscribe"],"topics":[{"match":"a"}]}""")]
    [InlineData("\"a\"")]
    [Sentence("8.83", "8.101", "8.102", "8.104", "8.107", "8.113", "8.114", "8.116")]
    public async Task Details_OneIsInvalid_TokenIsInvalid(string bad)
    {
        JsonArray details = MercureHub.Detail("subscribe", "*");
        details.Add(JsonNode.Parse(bad.Replace("TYPE", MercureHub.DetailType, StringComparison.Ordinal)));
        using HttpResponseMessage response = await Hub.GetAsync([("match", "a")], Hub.Current(false, details));
        Assert.Equal(401, (int)response.StatusCode);
        Assert.Contains("error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"TYPE","actions":["delete","subscribe"],"topics":[{"match":"TOPIC"}]}""", true)]
    [InlineData("""{"type":"mercure","actions":["subscribe"],"topics":[{"match":"TOPIC"}]}""", true)]
    [InlineData("""{"type":"TYPE","actions":["subscribe"],"topics":[{"match":"*","match_type":"urlpattern"}]}""", true)]
    [InlineData("""{"type":"TYPE","actions":["delete"],"topics":[{"match":"TOPIC"}]}""", false)]
    [InlineData("""{"type":"TYPE","actions":["publish"],"topics":[{"match":"TOPIC"}]}""", false)]
    [InlineData("""{"type":"tenant","actions":{"read":true},"topics":"acme"}""", false)]
    [InlineData("""{"type":"TYPE","actions":["subscribe"],"topics":[{"match":"TOPIC/:id"}]}""", false)]
    [Sentence("8.101", "8.103", "8.115")]
    public async Task Details_Valid_GrantTheirTopics(string detail, bool reads)
    {
        string topic = fixture.NewTopic();
        var details = new JsonArray(JsonNode.Parse(detail.Replace("TYPE", MercureHub.DetailType, StringComparison.Ordinal).Replace("TOPIC", topic, StringComparison.Ordinal)));
        using OpenStream stream = await Hub.OpenAsync("match", topic, Hub.Current(false, details));
        await Hub.PublishAsync(topic, "secret", ("private", ""));
        await Hub.PublishAsync(topic, "end");
        Assert.Equal(reads, (await stream.ReadUntilAsync("data: end\n\n")).Contains("data: secret\n", StringComparison.Ordinal));
    }

    [Fact]
    [Sentence("8.105", "8.106")]
    public async Task Details_TooMany_TokenIsInvalid()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Auth.MaxGrants = 2);
        Assert.Equal(200, await hub.StatusAsync([("match", "a")], hub.CurrentSubscriber("a", "b")));
        Assert.Equal(401, await hub.StatusAsync([("match", "a")], hub.CurrentSubscriber("a", "b", "c")));
        Assert.Equal(401, await hub.StatusAsync([("match", "a")], hub.CurrentSubscriber(new string('a', 2_049))));
        Assert.Equal(401, await hub.StatusAsync([("topic", "a")], MercureHub.Subscriber("a", "b", "c")));
    }

    [Fact]
    [Sentence("8.80", "8.81", "8.82", "8.84", "8.173")]
    public async Task Challenges_OfRejections_NameTheErrorAndTheMetadata()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Mercure.Anonymous = false);
        string metadata = $"resource_metadata=\"{hub.Hub.Address.GetLeftPart(UriPartial.Authority)}/.well-known/oauth-protected-resource/.well-known/mercure\"";
        using HttpResponseMessage none = await hub.GetAsync([("match", "a")]);
        Assert.Equal((401, $"Bearer {metadata}"), ((int)none.StatusCode, none.Headers.WwwAuthenticate.ToString()));
        using HttpResponseMessage bad = await hub.GetAsync([("match", "a")], "x.y.z");
        Assert.Equal((401, $"Bearer error=\"invalid_token\", {metadata}"), ((int)bad.StatusCode, bad.Headers.WwwAuthenticate.ToString()));
        using HttpResponseMessage forbidden = await hub.PostAsync(hub.CurrentPublisher("b"), ("topic", "a"));
        Assert.Equal((403, $"Bearer error=\"insufficient_scope\", {metadata}"), ((int)forbidden.StatusCode, forbidden.Headers.WwwAuthenticate.ToString()));
    }

    [Fact]
    [Sentence("8.92", "8.96")]
    public async Task Issuers_OfTheSectionAuth_AreTrustedWithTheirOwnKeysOnly()
    {
        using var issuer = new TestIssuer();
        using var other = new TestIssuer("https://other.example");
        await using MercureHub hub = await MercureHub.StartAsync(options =>
        {
            options.Auth.Issuers.Add(issuer.Options());
            options.Auth.Issuers.Add(other.Options());
            options.Mercure.Issuer = "https://app.example";
        });
        string Token(TestIssuer signer, string name) => signer.Token("alice", change: (header, claims) =>
        {
            header["typ"] = "at+jwt";
            claims["iss"] = name;
            claims["authorization_details"] = MercureHub.Detail("subscribe", "a");
        });
        Assert.Equal(200, await hub.StatusAsync([("match", "a")], Token(issuer, issuer.Name)));
        Assert.Equal(401, await hub.StatusAsync([("match", "a")], Token(issuer, other.Name)));
        Assert.Equal(401, await hub.StatusAsync([("match", "a")], Token(issuer, "https://stranger.example")));
        Assert.Equal(401, await hub.StatusAsync([("match", "a")], hub.CurrentSubscriber("a")));
        Assert.Equal(200, await hub.StatusAsync(
            [("match", "a")], hub.Current(false, MercureHub.Detail("subscribe", "a"), static (_, claims) => claims["iss"] = "https://app.example")));
        using OpenStream native = await hub.Hub.OpenAsync("?topic=a", null, MercureHub.Bearer(Token(issuer, issuer.Name)));
        await hub.PublishAsync("a", "secret", ("private", ""));
        await native.ReadUntilAsync("data: secret\n\n");
        using HttpResponseMessage beyond = await hub.Hub.GetAsync("?topic=b", null, MercureHub.Bearer(Token(issuer, issuer.Name)));
        Assert.Equal(HttpStatusCode.Forbidden, beyond.StatusCode);
    }

    [Fact]
    [Sentence("8.193")]
    public async Task KeySets_OfUnsafeUrls_FailTheStart()
    {
        OptionsValidationException failed = await Assert.ThrowsAsync<OptionsValidationException>(
            static () => MercureHub.StartAsync(static options => options.Mercure.Subscriber.JwksUrl = "http://192.0.2.1/keys"));
        Assert.Contains("Mercure:Subscriber:JwksUrl", failed.Message, StringComparison.Ordinal);
    }
}
