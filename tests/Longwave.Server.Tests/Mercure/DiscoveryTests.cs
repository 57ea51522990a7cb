using System.Text.Json;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Mercure;

/// <summary>Discovery of hubs and their parameters, and response headers for browsers.</summary>
public sealed class DiscoveryTests
{
    private const string Metadata = "/.well-known/oauth-protected-resource/.well-known/mercure";

    [Fact]
    [Sentence("8.26", "8.74", "8.135", "8.165", "8.170", "8.171")]
    public async Task Metadata_OfTheHub_DescribeCredentialsAndMatchers()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        using HttpResponseMessage response = await hub.Hub.Http.GetAsync(Metadata);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        JsonElement metadata = await TestHub.ReadJsonAsync(response);
        Assert.Equal(hub.Url, metadata.GetProperty("resource").GetString());
        Assert.Equal("header", Assert.Single(metadata.GetProperty("bearer_methods_supported").EnumerateArray()).GetString());
        Assert.Equal("__Secure-mercure_access_token", metadata.GetProperty("mercure_cookie").GetString());
        Assert.Equal(MercureHub.DetailType, metadata.GetProperty("authorization_details_types_supported")[0].GetString());
        Assert.Equal(["exact", "urlpattern"], metadata.GetProperty("mercure_matcher_types_supported").EnumerateArray().Select(static type => type.GetString()));
        Assert.True(metadata.GetProperty("mercure_subscriptions").GetBoolean());
        Assert.False(metadata.TryGetProperty("authorization_servers", out _));
    }

    [Fact]
    public async Task PublicUrl_Configured_IsTheAudienceAndTheBase()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Mercure.PublicUrl = "https://hub.example.com/.well-known/mercure");
        Assert.Equal(401, await hub.StatusAsync([("match", "a")], hub.CurrentSubscriber("a")));
        string token = hub.Current(false, MercureHub.Detail("subscribe", "a"), static (_, claims) => claims["aud"] = "https://hub.example.com/.well-known/mercure");
        Assert.Equal(200, await hub.StatusAsync([("match", "a")], token));
        using OpenStream stream = await hub.OpenAsync("match_urlpattern", "/books/:id");
        Assert.Equal("<https://hub.example.com/.well-known/mercure>; rel=\"mercure\"", Assert.Single(stream.Response.Headers.GetValues("Link")));
        await hub.PublishAsync("https://hub.example.com/books/1", "found");
        await stream.ReadUntilAsync("data: found\n\n");
    }

    [Fact]
    [Sentence("8.15", "8.16", "8.17", "8.179")]
    public async Task Cors_ListedOrigin_MaySendCookiesAndReadTheCursor()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Server.AllowedOrigins = ["https://app.example"]);
        string id = await hub.PublishAsync("a", "x");
        using HttpResponseMessage response = await hub.GetAsync([("match", "a"), ("last_event_id", id)], null, ("Origin", "https://app.example"));
        Assert.Equal("https://app.example", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("true", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Credentials")));
        string[] exposed = Assert.Single(response.Headers.GetValues("Access-Control-Expose-Headers")).Split(", ");
        Assert.Empty(new[] { "Last-Event-ID", "Mercure-Last-Event-ID", "Link", "ETag", "WWW-Authenticate" }.Except(exposed));
        using HttpResponseMessage foreign = await hub.GetAsync([("match", "a")], null, ("Origin", "https://evil.example"));
        Assert.Equal(403, (int)foreign.StatusCode);
        Assert.False(foreign.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    [Sentence("8.15")]
    public async Task Cors_Preflight_AllowsTheHeadersOfClients()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Server.AllowedOrigins = ["https://app.example"]);
        using HttpResponseMessage response = await hub.SendAsync(
            HttpMethod.Options, MercureHub.Path, null,
            ("Origin", "https://app.example"), ("Access-Control-Request-Method", "QUERY"), ("Access-Control-Request-Headers", "authorization,cache-control,last-event-id"));
        Assert.Equal(204, (int)response.StatusCode);
        Assert.Contains("QUERY", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
        Assert.Equal("authorization,cache-control,last-event-id", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Headers")));
    }

    [Fact]
    [Sentence("8.182")]
    public async Task Host_ThatIsNotTheHubs_Is421()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        Assert.Equal(421, await hub.StatusAsync([("match", "a")], null, ("Host", "evil.example")));
    }

    [Fact]
    public async Task Hub_WithoutAuthentication_IsOpenOnBothSides()
    {
        await using TestHub hub = await TestHub.StartAsync();
        using OpenStream stream = await OpenStream.FromAsync(await hub.Http.GetAsync(MercureHub.Path + "?topic=a", HttpCompletionOption.ResponseHeadersRead));
        await stream.ReadUntilAsync("retry: ");
        using HttpResponseMessage published = await hub.PostAsync(MercureHub.Path, "topic=a&data=x&private", "application/x-www-form-urlencoded");
        Assert.Equal(200, (int)published.StatusCode);
        await stream.ReadUntilAsync("data: x\n\n");
        using HttpResponseMessage metadata = await hub.Http.GetAsync(Metadata);
        Assert.Equal(404, (int)metadata.StatusCode);
    }

    [Fact]
    public async Task Hub_WithAuthenticationButWithoutMercureKeys_OpensNothing()
    {
        await using TestHub hub = await TestHub.StartAsync(static options => options.Auth.ApiKeys.Add(NativeKey.Options()));
        using HttpResponseMessage read = await hub.Http.GetAsync(MercureHub.Path + "?topic=a", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(401, (int)read.StatusCode);
        using HttpResponseMessage published = await hub.PostAsync(MercureHub.Path, "topic=a", "application/x-www-form-urlencoded");
        Assert.Equal(401, (int)published.StatusCode);
        using HttpResponseMessage byKey = await hub.PostAsync(MercureHub.Path, "topic=a", "application/x-www-form-urlencoded", MercureHub.Bearer(NativeKey.Text));
        Assert.Equal(200, (int)byKey.StatusCode);
    }

    [Fact]
    public async Task Hub_WithoutMercure_HasNoSuchAddress()
    {
        await using TestHub hub = await TestHub.StartAsync(static options => options.Mercure.Enabled = false);
        using HttpResponseMessage response = await hub.Http.GetAsync(MercureHub.Path + "?topic=a");
        Assert.Equal(404, (int)response.StatusCode);
    }

    [Fact]
    public async Task Methods_NotSupportedByThePath_Are405()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        foreach (string path in (string[])[MercureHub.Path, MercureHub.Subscriptions, Metadata])
        {
            using HttpResponseMessage response = await hub.SendAsync(HttpMethod.Delete, path);
            Assert.Equal(405, (int)response.StatusCode);
            Assert.Contains("GET", response.Content.Headers.Allow);
        }
    }
}
