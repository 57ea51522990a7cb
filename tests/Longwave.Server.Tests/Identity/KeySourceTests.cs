using System.Net;
using System.Text;
using Longwave.Server.Configuration;
using Longwave.Server.Identity;
using Longwave.Server.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Longwave.Server.Tests.Identity;

/// <summary>Fetching of keys: from a key set, through discovery, again for an unknown key, and never from a URL in a token.</summary>
public sealed class KeySourceTests : IAsyncLifetime
{
    private const string Grants = """{"subscribe":["a"]}""";

    private WebApplication _provider = null!;
    private TestIssuer _issuer = null!;
    private volatile string _keys = "";
    private int _fetches;
    private string _discoveredIssuer = "";

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _provider = builder.Build();
        _provider.Run(AnswerAsync);
        await _provider.StartAsync();
        _issuer = new TestIssuer(Address);
        _discoveredIssuer = Address;
        Publish("rsa");
    }

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        _issuer.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_KeysThatAreFetched_AreUsed(bool discovery)
    {
        await using TestHub hub = await StartAsync(discovery);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(hub, _issuer.Token("alice", Grants, algorithm: "RS256")));
    }

    [Fact]
    public async Task Get_NewKey_IsFetchedOnceDespiteManyUnknownKeys()
    {
        await using TestHub hub = await StartAsync(discovery: false);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(hub, _issuer.Token("alice", Grants, algorithm: "RS256")));
        int before = Volatile.Read(ref _fetches);
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(hub, Named($"unknown-{i}")));
        }

        // The first fetch was a moment ago, so none of these tokens caused another.
        Assert.Equal(before, Volatile.Read(ref _fetches));
    }

    [Fact]
    public async Task Get_ReplacedKey_IsFetchedAtTheRefreshInterval()
    {
        var clock = new ShiftedTimestamps();
        await using TestHub hub = await StartAsync(discovery: false, clock);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(hub, _issuer.Token("alice", Grants, algorithm: "RS256")));
        Publish("rsa-2");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(hub, Named("rsa-2")));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(hub, Named("rsa-2")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(hub, _issuer.Token("alice", Grants, algorithm: "RS256")));
    }

    [Fact]
    public async Task Get_TokenWithAKeyUrl_FetchesNothing()
    {
        await using TestHub hub = await StartAsync(discovery: false);
        await StatusAsync(hub, _issuer.Token("alice", Grants, algorithm: "RS256"));
        int before = Volatile.Read(ref _fetches);
        foreach (string header in (string[])["jku", "x5u", "jwk"])
        {
            string token = _issuer.Token("alice", Grants, algorithm: "RS256", change: (h, c) =>
            {
                h[header] = Address + "/evil";
                c["iss"] = Address + "/evil";
            });
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(hub, token));
        }

        Assert.Equal(before, Volatile.Read(ref _fetches));
    }

    [Fact]
    public async Task Get_IssuerThatDoesNotAnswer_IsTemporary()
    {
        _keys = "";
        await using TestHub hub = await StartAsync(discovery: false);
        using HttpResponseMessage response = await hub.GetAsync(
            "?topic=a", "application/json", IdentityHub.Bearer(_issuer.Token("alice", Grants, algorithm: "RS256")));
        await TestHub.AssertProblemAsync(response, 503, "identity-unavailable");
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task Get_DiscoveryOfAnotherIssuer_IsNotTrusted()
    {
        _discoveredIssuer = "https://other.example";
        await using TestHub hub = await StartAsync(discovery: true);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(hub, _issuer.Token("alice", Grants, algorithm: "RS256")));
    }

    [Theory]
    [InlineData("too short", "short", "32")]
    [InlineData("no base64", "base64:*", "base64")]
    [InlineData("no key", "-----BEGIN NOTHING-----", "PEM")]
    [InlineData("empty", "  ", "no key")]
    public async Task Start_UnusableKey_FailsWithoutQuotingTheKey(string what, string text, string sentence)
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, text);
        KeyUnusableException failed = await Assert.ThrowsAsync<KeyUnusableException>(() => TestHub.StartAsync(options => options.Auth.Issuers.Add(
            new IssuerOptions { Issuer = "i", Audiences = ["a"], Keys = [new KeyOptions { File = file }] })));
        File.Delete(file);
        Assert.Contains(sentence, failed.Message, StringComparison.Ordinal);
        Assert.True(string.IsNullOrWhiteSpace(text) || !failed.Message.Contains(text, StringComparison.Ordinal), what);
    }

    [Theory]
    [InlineData("Audiences")]
    [InlineData("source of its keys")]
    [InlineData("https URL")]
    [InlineData("more than once")]
    [InlineData("not one of RS256")]
    [InlineData("not a selector")]
    [InlineData("either File or Variable")]
    public async Task Start_ContradictoryOptions_FailsAndNamesThem(string sentence)
    {
        OptionsValidationException failed = await Assert.ThrowsAsync<OptionsValidationException>(() => TestHub.StartAsync(static options =>
        {
            options.Auth.Issuers.Add(new IssuerOptions { Issuer = "i" });
            options.Auth.Issuers.Add(new IssuerOptions { Issuer = "i", Audiences = ["a"], JwksUrl = "http://keys.example", Algorithms = ["none"], Keys = [new KeyOptions()] });
            options.Auth.Anonymous.Subscribe.Add(new GrantOptions { Topic = "a{" });
        }));
        Assert.Contains(sentence, failed.Message, StringComparison.Ordinal);
    }

    private string Address => _provider.Urls.First();

    private string Named(string kid) => _issuer.Token("alice", Grants, algorithm: "RS256", change: (header, _) => header["kid"] = kid);

    private void Publish(string kid)
    {
        JsonWebKey key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_issuer.Rsa.ExportParameters(false)));
        string symmetric = $$"""{"kty":"oct","kid":"secret","k":"{{Base64UrlEncoder.Encode(_issuer.Secret)}}"}""";
        _keys = $$"""{"keys":[{{symmetric}},{"kty":"RSA","use":"sig","kid":"{{kid}}","n":"{{key.N}}","e":"{{key.E}}"}]}""";
    }

    private Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _fetches);
        string body = context.Request.Path == "/.well-known/openid-configuration"
            ? $$"""{"issuer":"{{_discoveredIssuer}}","jwks_uri":"{{Address}}/keys"}"""
            : _keys;
        context.Response.StatusCode = body.Length > 0 ? 200 : 500;
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body)).AsTask();
    }

    private Task<TestHub> StartAsync(bool discovery, TimeProvider? clock = null) => TestHub.StartAsync(
        options => options.Auth.Issuers.Add(new IssuerOptions
        {
            Issuer = Address,
            Audiences = [TestIssuer.Audience],
            Discovery = discovery,
            JwksUrl = discovery ? null : Address + "/keys",
        }),
        clock: clock);

    private static async Task<HttpStatusCode> StatusAsync(TestHub hub, string token)
    {
        using HttpResponseMessage response = await hub.GetAsync("?topic=a", "application/json", IdentityHub.Bearer(token));
        return response.StatusCode;
    }

    /// <summary>A clock whose elapsed time a test can move forward.</summary>
    private sealed class ShiftedTimestamps : TimeProvider
    {
        private long _shift;

        public override long GetTimestamp() => System.GetTimestamp() + Interlocked.Read(ref _shift);

        public void Advance(TimeSpan time) => Interlocked.Add(ref _shift, (long)(time.TotalSeconds * TimestampFrequency));
    }
}
