using System.Net;
using Longwave.Server.Browsers;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Browsers;

/// <summary>Host, Origin and CORS checks over real requests: every combination, at every address.</summary>
public sealed class BrowserGateTests
{
    private const string Listed = "https://app.example.com";
    private static readonly (HttpMethod Method, string Path)[] Requests =
    [
        (HttpMethod.Get, "/v1/events?topic=a&wait=0"), (HttpMethod.Head, "/v1/events?topic=a"), (HttpMethod.Post, "/v1/events?topic=a"),
        (HttpMethod.Options, "/v1/events"), (HttpMethod.Delete, "/v1/events"), (HttpMethod.Get, "/v1/topics"), (HttpMethod.Get, "/v1/nothing"),
        (HttpMethod.Get, "/healthz"), (HttpMethod.Get, "/readyz"), (HttpMethod.Get, "/"), (HttpMethod.Get, "/page/nothing.js"),
    ];

    [Fact]
    public async Task Host_AnyNameAtAnyPath_IsAcceptedOr421()
    {
        await using TestHub hub = await TestHub.StartAsync(options => options.Server.AllowedHosts = ["hub.example.com", "*.hubs.example.com", "with-port.example.com:8443"]);
        (string Host, bool Ours)[] hosts =
        [
            ("localhost", true), ("LOCALHOST:1", true), ("localhost.", true), ("app.localhost:8080", true), ("127.0.0.1", true), ("127.9.9.9:99", true),
            ("[::1]:8080", true), ("10.0.0.5", true), ("hub.example.com", true), ("hub.example.com:8080", true), ("HUB.example.com.", true),
            ("a.hubs.example.com", true), ("a.b.hubs.example.com:1", true), ("with-port.example.com:8443", true),
            ("evil.example", false), ("evil.example:80", false), ("hub.example.com.evil.example", false), ("evilhub.example.com", false),
            ("hubs.example.com", false), ("localhost.evil.example", false), ("evillocalhost", false), ("with-port.example.com", false),
            ("with-port.example.com:80", false), ("127.0.0.1.evil.example", false),
        ];
        int checks = 0;
        foreach ((string host, bool ours) in hosts)
        {
            foreach ((HttpMethod method, string path) in Requests)
            {
                using HttpResponseMessage response = await SendAsync(hub, method, path, ("Host", host));
                Assert.True((response.StatusCode != HttpStatusCode.MisdirectedRequest) == ours, $"{method} {path} {host}: {response.StatusCode}");
                if (!ours && method != HttpMethod.Head)
                {
                    await TestHub.AssertProblemAsync(response, 421, "foreign-host", "Host");
                }

                checks++;
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{checks} combinations of host, method and address");
        Assert.Equal(hosts.Length * Requests.Length, checks);
    }

    [Fact]
    public async Task Origin_AnyKindAtAnyPath_IsCheckedAndAnswered()
    {
        int checks = 0;
        foreach (string[] allowed in new string[][] { [], [Listed, "http://other.example:8080"], ["*"] })
        {
            await using TestHub hub = await TestHub.StartAsync(options => options.Server.AllowedOrigins = allowed);
            string own = hub.Address.GetLeftPart(UriPartial.Authority);
            bool any = allowed.Contains("*");
            (string Origin, bool Own, bool IsListed)[] origins =
            [
                (own, true, false), (Listed, false, true), ("http://other.example:8080", false, true), ("https://app.example.com:443", false, true),
                ("http://app.example.com", false, false), ("https://app.example.com:444", false, false), ("https://app.example.com.evil.example", false, false),
                ("https://evilapp.example.com", false, false), ("https://sub.app.example.com", false, false), ("https://evil.example", false, false),
                ("null", false, false), ("", false, false), ("file://", false, false), ("https://app.example.com/", false, false),
                ("https://u@app.example.com", false, false), (own.Replace("http:", "https:", StringComparison.Ordinal), false, false),
                ("http://127.0.0.1:1", false, false), ("chrome-extension://abc", false, false),
            ];
            foreach ((string origin, bool isOwn, bool isListed) in origins)
            {
                bool listed = isListed && allowed.Length > 1;
                foreach ((HttpMethod method, string path) in Requests)
                {
                    using HttpResponseMessage response = await SendAsync(hub, method, path, ("Origin", origin));
                    bool refused = response.StatusCode == HttpStatusCode.Forbidden;
                    Assert.True(refused == !(isOwn || listed || any), $"{method} {path} from '{origin}' with [{string.Join(' ', allowed)}]: {response.StatusCode}");
                    Assert.Equal(listed ? origin : any && !isOwn ? "*" : null, Header(response, "Access-Control-Allow-Origin"));
                    Assert.Equal(listed ? "true" : null, Header(response, "Access-Control-Allow-Credentials"));
                    Assert.Equal(listed || (any && !isOwn), Header(response, "Access-Control-Expose-Headers")?.Contains("Longwave-Connection, Retry-After", StringComparison.Ordinal) is true);
                    Assert.Contains("Origin", Header(response, "Vary")!.Split(", "));
                    if (refused && method != HttpMethod.Head)
                    {
                        await TestHub.AssertProblemAsync(response, 403, "foreign-origin", "Origin");
                    }

                    checks++;
                }
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{checks} combinations of configuration, origin, method and address");
        Assert.Equal(3 * 18 * Requests.Length, checks);
    }

    [Fact]
    public async Task Origin_OfAppsAndGroups_MayUseTheHub()
    {
        await using TestHub hub = await TestHub.StartAsync(options => options.Server.AllowedOrigins = ["https://*.example.com", "capacitor://localhost", "vscode-webview://*"]);
        foreach (string origin in (string[])["https://shop.example.com", "capacitor://localhost", "vscode-webview://1k2j3h4g5f6d"])
        {
            using HttpResponseMessage response = await SendAsync(hub, HttpMethod.Get, "/healthz", ("Origin", origin));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(origin, Header(response, "Access-Control-Allow-Origin"));
        }

        Assert.Empty(hub.Logs.Lines);
    }

    [Fact]
    public async Task Origin_Foreign_IsLoggedOncePerOriginUpToALimit()
    {
        await using TestHub hub = await TestHub.StartAsync();
        foreach (string origin in (string[])["https://evil.example", "https://EVIL.example", "null", "no origin", "capacitor://localhost", "https://evil.example"])
        {
            using HttpResponseMessage refused = await SendAsync(hub, HttpMethod.Get, "/healthz", ("Origin", origin));
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        Assert.Equal(2, hub.Logs.Lines.Count);
        Assert.Contains("--allow-origin https://evil.example", hub.Logs.Lines.First(), StringComparison.Ordinal);
        for (int i = 0; i < 2 * RejectedOrigins.MaxLogged; i++)
        {
            using HttpResponseMessage refused = await SendAsync(hub, HttpMethod.Get, "/healthz", ("Origin", $"https://{i}.example"));
        }

        Assert.Equal(RejectedOrigins.MaxLogged, hub.Logs.Lines.Count);
    }

    [Fact]
    public async Task Host_InternationalizedName_IsComparedAsBrowsersSendIt()
    {
        await using TestHub hub = await TestHub.StartAsync(options => options.Server.AllowedHosts = ["bücher.example", "*.bücher.example"]);
        foreach (string host in (string[])["xn--bcher-kva.example", "hub.xn--bcher-kva.example"])
        {
            using HttpResponseMessage response = await SendAsync(hub, HttpMethod.Get, "/healthz", ("Host", host), ("Origin", $"http://{host}"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Origin_ForeignPublish_AppendsNothing()
    {
        await using TestHub hub = await TestHub.StartAsync();
        using HttpResponseMessage refused = await hub.PostAsync("/v1/events?topic=a", "x", null, ("Origin", "https://evil.example"));
        await TestHub.AssertProblemAsync(refused, 403, "foreign-origin", "Origin");
        Assert.Equal(0, hub.Engine.Tip.Offset);
    }

    [Fact]
    public async Task Preflight_OfAListedOrigin_ListsMethodsAndRequestedHeaders()
    {
        await using TestHub hub = await TestHub.StartAsync(options => options.Server.AllowedOrigins = [Listed]);
        using HttpResponseMessage events = await SendAsync(
            hub, HttpMethod.Options, "/v1/events", ("Origin", Listed), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization, ce-id"));
        Assert.Equal(HttpStatusCode.NoContent, events.StatusCode);
        Assert.Equal("GET, HEAD, QUERY, POST, OPTIONS", Header(events, "Access-Control-Allow-Methods"));
        Assert.Equal("authorization, ce-id", Header(events, "Access-Control-Allow-Headers"));
        Assert.Equal("600", Header(events, "Access-Control-Max-Age"));
        using HttpResponseMessage topics = await SendAsync(hub, HttpMethod.Options, "/v1/topics", ("Origin", Listed), ("Access-Control-Request-Method", "GET"));
        Assert.Equal("GET, HEAD, DELETE, OPTIONS", Header(topics, "Access-Control-Allow-Methods"));
        Assert.Null(Header(topics, "Access-Control-Allow-Headers"));
        using HttpResponseMessage foreign = await SendAsync(
            hub, HttpMethod.Options, "/v1/events", ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST"));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.Null(Header(foreign, "Access-Control-Allow-Methods"));
    }

    [Theory]
    [InlineData("cross-site", "no-cors", 403)]
    [InlineData("same-site", "no-cors", 403)]
    [InlineData("cross-site", "navigate", 200)]
    [InlineData("same-origin", "cors", 200)]
    [InlineData("none", "navigate", 200)]
    public async Task FetchMetadata_EmbeddedByAPage_IsRejected(string site, string mode, int status)
    {
        await using TestHub hub = await TestHub.StartAsync();
        using HttpResponseMessage response = await SendAsync(
            hub, HttpMethod.Get, "/v1/events?topic=a", ("Accept", "application/json"), ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode));
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Origin_BehindATrustedTlsProxy_IsComparedWithTheForwardedScheme()
    {
        await using TestHub trusting = await TestHub.StartAsync(options =>
        {
            options.Server.AllowedHosts = ["hub.example.com"];
            options.Server.TrustedProxies = ["127.0.0.0/8"];
        });
        (string, string)[] headers = [("Host", "hub.example.com"), ("Origin", "https://hub.example.com"), ("X-Forwarded-Proto", "https")];
        using HttpResponseMessage own = await SendAsync(trusting, HttpMethod.Post, "/v1/events?topic=a", headers);
        Assert.Equal(HttpStatusCode.Created, own.StatusCode);
        await using TestHub wary = await TestHub.StartAsync(options => options.Server.AllowedHosts = ["hub.example.com"]);
        using HttpResponseMessage foreign = await SendAsync(wary, HttpMethod.Post, "/v1/events?topic=a", headers);
        await TestHub.AssertProblemAsync(foreign, 403, "foreign-origin", "Origin");
    }

    [Fact]
    public async Task Headers_OfEveryResponse_ForbidSniffingFramingAndEmbedding()
    {
        await using TestHub hub = await TestHub.StartAsync();
        foreach ((HttpMethod method, string path) in Requests)
        {
            using HttpResponseMessage response = await SendAsync(hub, method, path);
            Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
            Assert.Equal("same-origin", Header(response, "Cross-Origin-Resource-Policy"));
            Assert.StartsWith("default-src 'none';", Header(response, "Content-Security-Policy"), StringComparison.Ordinal);
        }
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(", ", values) : null;

    private static Task<HttpResponseMessage> SendAsync(TestHub hub, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post)
        {
            request.Content = new StringContent("x");
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
