using System.Net;
using System.Security.Claims;
using Longwave.Engine.Access;
using Longwave.Protocol.Selectors;
using Longwave.Server.Configuration;
using Longwave.Server.Tests.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Longwave.Server.Tests.Identity;

/// <summary>Users that the application authenticates with a cookie, and its policies.</summary>
public sealed class ApplicationUsersTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("longwave-users-");
    private readonly TestIssuer _issuer = new();

    public void Dispose()
    {
        _issuer.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task User_OfACookie_HasTheRightsThatTheApplicationGives()
    {
        await using WebApplication app = await StartAsync();
        using HttpClient alice = await SignInAsync(app, "alice");
        using HttpResponseMessage published = await PostAsync(alice, "/v1/events?topic=users/alice", "hello", Intent);
        Assert.Equal(HttpStatusCode.Created, published.StatusCode);
        using OpenStream stream = await OpenStream.FromAsync(await GetAsync(alice, "/v1/events?topic=users/alice&since=earliest"));
        await stream.ReadUntilAsync("data: hello\n\n");
        await TestHub.AssertProblemAsync(await GetAsync(alice, "/v1/events?topic=users/bob"), 403, "forbidden", "topic");
        await TestHub.AssertProblemAsync(await GetAsync(alice, "/v1/connections"), 403, "forbidden");
        using HttpClient anonymous = Client(app);
        await TestHub.AssertProblemAsync(await GetAsync(anonymous, "/v1/events?topic=users/alice"), 401, "unauthorized", "topic");

        // The delegate returns null for this user.
        using HttpClient guest = await SignInAsync(app, "guest");
        await TestHub.AssertProblemAsync(await GetAsync(guest, "/v1/events?topic=users/guest"), 403, "forbidden", "topic");
    }

    [Fact]
    public async Task Mercure_UserOfACookie_HasTheSameRights()
    {
        await using WebApplication app = await StartAsync();
        using HttpClient alice = await SignInAsync(app, "alice");
        FormUrlEncodedContent update = new([KeyValuePair.Create("topic", "users/alice"), KeyValuePair.Create("data", "hello")]);
        using HttpResponseMessage unintended = await alice.PostAsync("/.well-known/mercure", update);
        Assert.Equal(HttpStatusCode.Unauthorized, unintended.StatusCode);
        alice.DefaultRequestHeaders.Add(Intent.Name, Intent.Value);
        using HttpResponseMessage published = await alice.PostAsync("/.well-known/mercure", new FormUrlEncodedContent([KeyValuePair.Create("topic", "users/alice"), KeyValuePair.Create("data", "hello")]));
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
        using OpenStream stream = await OpenStream.FromAsync(await GetAsync(alice, "/.well-known/mercure?topic=users/alice&lastEventID=earliest"));
        await stream.ReadUntilAsync("data: hello\n\n");
        using HttpResponseMessage other = await GetAsync(alice, "/.well-known/mercure?topic=users/bob");
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
    }

    /// <summary>A browser adds the cookie to a request of any page, so the cookie alone changes nothing (cross-site request forgery).</summary>
    [Theory]
    [InlineData(null, null, 403)]
    [InlineData("1", null, 201)]
    [InlineData("1", "https://evil.example", 403)]
    [InlineData(null, "own", 403)]
    [InlineData("1", "own", 201)]
    public async Task Publish_WithTheCookieOnly_NeedsIntentAndAnAllowedOrigin(string? intent, string? origin, int status)
    {
        await using WebApplication app = await StartAsync();
        using HttpClient alice = await SignInAsync(app, "alice");
        var headers = new List<(string, string)>();
        if (intent is not null)
        {
            headers.Add(("Longwave-Request", intent));
        }

        if (origin is not null)
        {
            headers.Add(("Origin", origin == "own" ? app.Urls.First() : origin));
        }

        using HttpResponseMessage response = await PostAsync(alice, "/v1/events?topic=users/alice", "x", [.. headers]);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Credential_OfTheHub_ComesBeforeTheUser()
    {
        await using WebApplication app = await StartAsync(options => options.Auth.Issuers.Add(_issuer.Options()));
        using HttpClient alice = await SignInAsync(app, "alice");
        string token = _issuer.Token("service", """{"subscribe":["orders"]}""");
        using (OpenStream stream = await OpenStream.FromAsync(await GetAsync(alice, "/v1/events?topic=orders", IdentityHub.Bearer(token))))
        {
            Assert.Equal(HttpStatusCode.OK, stream.Response.StatusCode);
        }

        // The token decides alone, also when it is invalid: a broken credential never becomes another identity.
        await TestHub.AssertProblemAsync(await GetAsync(alice, "/v1/events?topic=users/alice", IdentityHub.Bearer(token)), 403, "forbidden", "topic");
        await TestHub.AssertProblemAsync(await GetAsync(alice, "/v1/events?topic=users/alice", IdentityHub.Bearer("x.y.z")), 401, "invalid-token");
        using OpenStream own = await OpenStream.FromAsync(await GetAsync(alice, "/v1/events?topic=users/alice"));
        Assert.Equal(HttpStatusCode.OK, own.Response.StatusCode);
    }

    [Fact]
    public async Task Ticket_OfAUser_OpensAStreamWithoutTheCookie()
    {
        await using WebApplication app = await StartAsync();
        using HttpClient alice = await SignInAsync(app, "alice");
        using HttpResponseMessage created = await PostAsync(alice, "/v1/tickets", "", Intent);
        string ticket = (await TestHub.ReadJsonAsync(created)).GetProperty("ticket").GetString()!;
        using HttpClient other = Client(app);
        using OpenStream stream = await OpenStream.FromAsync(await GetAsync(other, $"/v1/events?topic=users/alice&ticket={ticket}"));
        Assert.Equal(HttpStatusCode.OK, stream.Response.StatusCode);
    }

    [Fact]
    public async Task Revocation_OfAUser_EndsTheStreamsAndRejectsTheCookie()
    {
        await using WebApplication app = await StartAsync();
        using HttpClient alice = await SignInAsync(app, "alice");
        using HttpClient admin = await SignInAsync(app, "admin");
        using OpenStream stream = await OpenStream.FromAsync(await GetAsync(alice, "/v1/events?topic=users/alice"));
        using HttpResponseMessage revoked = await PostAsync(admin, "/v1/revocations", $$"""{"sub":"alice","iss":"{{AuthOptions.UserIssuer}}"}""", Intent);
        Assert.True(revoked.IsSuccessStatusCode, await revoked.Content.ReadAsStringAsync());
        await stream.ReadUntilAsync("longwave.closed");
        await TestHub.AssertProblemAsync(await GetAsync(alice, "/v1/events?topic=users/alice"), 401, "invalid-token");
    }

    /// <summary>The stream does not outlive the authentication of its user.</summary>
    [Fact]
    public async Task Stream_OfAUser_EndsWhenTheAuthenticationExpires()
    {
        var clock = new ShiftedClock();
        await using WebApplication app = await StartAsync(options => options.Engine.Heartbeat = TimeSpan.FromMilliseconds(200), clock: clock);
        using HttpClient alice = await SignInAsync(app, "alice");
        using OpenStream stream = await OpenStream.FromAsync(await GetAsync(alice, "/v1/events?topic=users/alice"));
        clock.Advance(TimeSpan.FromHours(2));
        await stream.ReadUntilAsync("\"reason\":\"token-expired\"");
    }

    [Fact]
    public async Task RequireAuthorization_OfTheApplication_LeavesHealthAndPreflightsOpen()
    {
        await using WebApplication app = await StartAsync(
            static options => options.Server.AllowedOrigins = ["https://app.example.com"], static hub => hub.RequireAuthorization("staff"));
        using HttpClient anonymous = Client(app);
        foreach (string path in (string[])["/v1/events?topic=users/alice", "/v1/topics", "/v1/nothing", "/.well-known/mercure?topic=a", "/"])
        {
            // Not a redirect to a page for people.
            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, (await GetAsync(anonymous, path)).StatusCode));
        }

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(anonymous, "/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(anonymous, "/readyz")).StatusCode);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/v1/events");
        preflight.Headers.Add("Origin", "https://app.example.com");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "longwave-request");
        using HttpResponseMessage allowed = await anonymous.SendAsync(preflight);
        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal("https://app.example.com", Assert.Single(allowed.Headers.GetValues("Access-Control-Allow-Origin")));

        using HttpClient alice = await SignInAsync(app, "alice");
        using OpenStream stream = await OpenStream.FromAsync(await GetAsync(alice, "/v1/events?topic=users/alice"));
        Assert.Equal(HttpStatusCode.OK, stream.Response.StatusCode);
        using HttpClient guest = await SignInAsync(app, "guest");
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(guest, "/v1/events?topic=users/guest")).StatusCode);
    }

    [Fact]
    public async Task Grants_DelegateThatFails_RejectsTheRequest()
    {
        await using WebApplication app = await StartAsync();
        using HttpClient broken = await SignInAsync(app, "broken");
        await TestHub.AssertProblemAsync(await GetAsync(broken, "/v1/events?topic=users/broken"), 500, "internal-error");
    }

    private static (string Name, string Value) Intent => ("Longwave-Request", "1");

    private static GrantSet? GrantsOf(ClaimsPrincipal user)
    {
        string name = user.FindFirstValue(ClaimTypes.NameIdentifier)!;
        Grant[] own = [new Grant(Selector.Exact($"users/{name}"))];
        return name switch
        {
            "guest" => null,
            "broken" => throw new InvalidOperationException("No rights are known."),
            "admin" => GrantSet.Everything,
            _ => new GrantSet { Publish = own, Subscribe = own },
        };
    }

    private async Task<WebApplication> StartAsync(
        Action<LongwaveOptions>? configure = null, Action<IEndpointConventionBuilder>? protect = null, TimeProvider? clock = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(static cookie => cookie.ExpireTimeSpan = TimeSpan.FromHours(1));
        builder.Services.AddAuthorization(static options => options.AddPolicy("staff", static policy => policy.RequireRole("staff")));
        builder.Services.AddLongwave(options =>
        {
            options.Engine.DataDirectory = _directory.FullName;
            options.Engine.DrainWindow = TimeSpan.Zero;
            options.Auth.AcceptUsers(GrantsOf);
            configure?.Invoke(options);
        });
        WebApplication app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        IEndpointConventionBuilder hub = app.MapLongwave();
        protect?.Invoke(hub);
        app.MapGet("/sign-in/{name}", static (string name, HttpContext context) => context.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, name), new Claim(ClaimTypes.Role, name == "guest" ? "guest" : "staff")], "test"))));
        await app.StartAsync();
        return app;
    }

    private static HttpClient Client(WebApplication app) => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = true }) { BaseAddress = new Uri(app.Urls.First()) };

    private static async Task<HttpClient> SignInAsync(WebApplication app, string name)
    {
        HttpClient http = Client(app);
        using HttpResponseMessage signedIn = await http.GetAsync($"/sign-in/{name}");
        Assert.Equal(HttpStatusCode.OK, signedIn.StatusCode);
        return http;
    }

    private static Task<HttpResponseMessage> GetAsync(HttpClient http, string path, params (string Name, string Value)[] headers) =>
        http.SendAsync(With(new HttpRequestMessage(HttpMethod.Get, path), headers), HttpCompletionOption.ResponseHeadersRead);

    private static Task<HttpResponseMessage> PostAsync(HttpClient http, string path, string body, params (string Name, string Value)[] headers) =>
        http.SendAsync(With(new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) }, headers));

    private static HttpRequestMessage With(HttpRequestMessage request, (string Name, string Value)[] headers)
    {
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }
}
