using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Longwave.Engine.Subscribers;
using Longwave.Server.Subscribe;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Identity;

/// <summary>The ways in which a request carries its credential.</summary>
public sealed class CarrierTests
{
    private const string All = """{"publish":["*"],"subscribe":["*"]}""";

    [Fact]
    public async Task Ticket_Used_OpensOneStreamAndResumesIt()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync(static options => options.Server.TrustedProxies = ["127.0.0.1"]);
        string ticket = await TicketAsync(hub, hub.Issuer.Token("alice", """{"subscribe":["a"]}"""));
        OpenStream stream = await hub.Hub.OpenAsync($"?topic=a&ticket={ticket}");
        await stream.ReadUntilAsync("retry: ");
        await hub.PublishAsync("a", "hello", "&private=true");
        await stream.ReadUntilAsync("data: hello\n\n");
        using (HttpResponseMessage second = await hub.Hub.GetAsync($"?topic=a&ticket={ticket}"))
        {
            await TestHub.AssertProblemAsync(second, 429, "too-many-streams", "ticket");
        }

        stream.Dispose();
        await Eventually.TrueAsync(() => hub.Hub.Engine.ConnectionCount == 0);
        foreach ((string address, string query) in ((string, string)[])[("192.0.2.9", "topic=a"), ("127.0.0.1", "topic=b")])
        {
            using HttpResponseMessage foreign = await hub.Hub.GetAsync($"?{query}&ticket={ticket}", null, ("X-Forwarded-For", address));
            await TestHub.AssertProblemAsync(foreign, 401, "invalid-token", "ticket");
        }

        await hub.PublishAsync("a", "while it was away", "&private=true");
        using OpenStream resumed = await hub.Hub.OpenAsync($"?topic=a&ticket={ticket}", null, ("Last-Event-ID", IdOf(stream.Text)));
        await resumed.ReadUntilAsync("data: while it was away\n\n");
        using HttpResponseMessage none = await hub.Hub.GetAsync("?topic=a&ticket=none");
        await TestHub.AssertProblemAsync(none, 401, "invalid-token", "ticket");
    }

    [Fact]
    public async Task Ticket_StreamEndedByAnAdministrator_ResumesNothing()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        string ticket = await TicketAsync(hub, hub.Issuer.Token("alice", All));
        using OpenStream stream = await hub.Hub.OpenAsync($"?topic=a&ticket={ticket}");
        await stream.ReadUntilAsync("retry: ");
        hub.Hub.Service<ConnectionRegistry>().Close(static _ => true, CloseReason.Ended);
        Assert.Contains("longwave.closed", await stream.ReadToEndAsync(), StringComparison.Ordinal);
        using HttpResponseMessage again = await hub.Hub.GetAsync($"?topic=a&ticket={ticket}");
        await TestHub.AssertProblemAsync(again, 401, "invalid-token", "ticket");
    }

    [Fact]
    public async Task Ticket_RejectedTemporarily_StaysValid()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync(static options => options.Engine.Limits.MaxConnections = 1);
        string token = hub.Issuer.Token("alice", All);
        string ticket = await TicketAsync(hub, token);
        OpenStream other = await hub.Hub.OpenAsync("?topic=a", null, IdentityHub.Bearer(token));
        using (HttpResponseMessage full = await hub.Hub.GetAsync($"?topic=a&ticket={ticket}"))
        {
            await TestHub.AssertProblemAsync(full, 503, "too-many-connections");
        }

        other.Dispose();
        await Eventually.TrueAsync(() => hub.Hub.Engine.ConnectionCount == 0);
        (await hub.Hub.OpenAsync($"?topic=a&ticket={ticket}")).Dispose();
    }

    [Fact]
    public async Task Ticket_ForAnAnonymousCaller_IsRejected()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync(static options => options.Auth.Anonymous.Subscribe.Add(new() { Topic = "*" }));
        using HttpResponseMessage response = await hub.Hub.PostAsync("/v1/tickets", "");
        await TestHub.AssertProblemAsync(response, 401, "unauthorized");
    }

    [Fact]
    public async Task Ticket_OverTheLimitOfASubject_DoesNotAffectOthers()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync(static options => options.Auth.MaxTicketsPerSubject = 3);
        string alice = hub.Issuer.Token("alice", All);
        string first = await TicketAsync(hub, alice);
        await TicketAsync(hub, alice);
        await TicketAsync(hub, alice);
        using HttpResponseMessage fourth = await hub.Hub.PostAsync("/v1/tickets", "", null, IdentityHub.Bearer(alice));
        await TestHub.AssertProblemAsync(fourth, 503, "overloaded");
        await TicketAsync(hub, hub.Issuer.Token("bob", All));
        (await hub.Hub.OpenAsync($"?topic=a&ticket={first}")).Dispose();
        await TicketAsync(hub, alice);
    }

    [Fact]
    public async Task Cookie_Write_RequiresTheIntentHeader()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync(static options => options.Server.AllowedOrigins.Add("https://app.example"));
        (string, string) cookie = ("Cookie", $"other=1; longwave_token={hub.Issuer.Token("alice", All)}");
        using (OpenStream stream = await hub.Hub.OpenAsync("?topic=a", null, cookie))
        {
            await stream.ReadUntilAsync("retry: ");
        }

        (string, string) allowed = ("Origin", "https://app.example");
        (string, string) meant = ("Longwave-Request", "1");
        foreach (string path in (string[])["/v1/events?topic=a", "/v1/subscribe", "/v1/tickets", "/v1/revocations"])
        {
            await RefusedAsync(hub, path, "Longwave-Request", cookie);
            await RefusedAsync(hub, path, "Longwave-Request", cookie, allowed);
            await RefusedAsync(hub, path, "Origin", cookie, meant);
            foreach (string foreign in (string[])["https://app.example.evil.example", "http://app.example", "null"])
            {
                using HttpResponseMessage refused = await hub.Hub.PostAsync(path, "x", null, cookie, meant, ("Origin", foreign));
                await TestHub.AssertProblemAsync(refused, 403, "foreign-origin", "Origin");
            }
        }

        using HttpResponseMessage published = await hub.Hub.PostAsync("/v1/events?topic=a", "x", null, cookie, allowed, meant);
        Assert.Equal(HttpStatusCode.Created, published.StatusCode);
        string own = hub.Hub.Address.GetLeftPart(UriPartial.Authority);
        using HttpResponseMessage byOwnPage = await hub.Hub.PostAsync("/v1/events?topic=a", "x", null, cookie, ("Origin", own), meant);
        Assert.Equal(HttpStatusCode.Created, byOwnPage.StatusCode);
    }

    [Fact]
    public async Task Cookie_Malformed_IsRejectedAndNotIgnored()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync(static options => options.Auth.Anonymous.Subscribe.Add(new() { Topic = "*" }));
        using HttpResponseMessage response = await hub.Hub.GetAsync("?topic=a", null, ("Cookie", "longwave_token=broken"));
        await TestHub.AssertProblemAsync(response, 401, "invalid-token");
    }

    [Fact]
    public async Task QueryToken_SwitchedOffAndOn_IsAcceptedOnlyWhenOn()
    {
        await using (IdentityHub off = await IdentityHub.StartAsync())
        {
            using HttpResponseMessage refused = await off.Hub.GetAsync($"?topic=a&access_token={off.Issuer.Token("alice", All)}");
            await TestHub.AssertProblemAsync(refused, 400, "invalid-parameter", "access_token");
        }

        await using IdentityHub on = await IdentityHub.StartAsync(static options => options.Auth.QueryTokens = true);
        (await on.Hub.OpenAsync($"?topic=a&access_token={on.Issuer.Token("alice", All)}")).Dispose();
        using HttpResponseMessage twice = await on.Hub.GetAsync(
            $"?topic=a&access_token={on.Issuer.Token("alice", All)}", null, IdentityHub.Bearer(on.Issuer.Token("alice", All)));
        await TestHub.AssertProblemAsync(twice, 400, "bad-request", "Authorization");
    }

    [Theory]
    [InlineData("Basic YWxpY2U6c2VjcmV0")]
    [InlineData("Bearer")]
    [InlineData("Bearer  ")]
    [InlineData("Token x")]
    public async Task Authorization_OfAnotherScheme_IsRejected(string value)
    {
        await using IdentityHub hub = await IdentityHub.StartAsync(static options => options.Auth.Anonymous.Subscribe.Add(new() { Topic = "*" }));
        using HttpResponseMessage response = await hub.Hub.GetAsync("?topic=a", null, ("Authorization", value));
        await TestHub.AssertProblemAsync(response, 401, "invalid-token");
    }

    [Fact]
    public async Task ApiKey_OfAService_IsAcceptedAndOthersAreRejected()
    {
        const string Key = "lwk_billing_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6";
        await using IdentityHub hub = await IdentityHub.StartAsync(static options => options.Auth.ApiKeys.Add(new()
        {
            Id = "billing",
            Sha256 = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Key))),
            Publish = [new() { Topic = "invoices/{id}" }],
        }));
        using HttpResponseMessage good = await hub.Hub.PostAsync("/v1/events?topic=invoices/1", "x", null, IdentityHub.Bearer(Key));
        Assert.Equal(HttpStatusCode.Created, good.StatusCode);
        using HttpResponseMessage elsewhere = await hub.Hub.PostAsync("/v1/events?topic=a", "x", null, IdentityHub.Bearer(Key));
        await TestHub.AssertProblemAsync(elsewhere, 403, "forbidden", "topic");
        foreach (string wrong in (string[])[Key + "x", Key[..^1], "lwk_billing_", "lwk_other_" + Key[12..], "lwk_", "lwk_" + new string('x', 1_000)])
        {
            using HttpResponseMessage refused = await hub.Hub.PostAsync("/v1/events?topic=invoices/1", "x", null, IdentityHub.Bearer(wrong));
            await TestHub.AssertProblemAsync(refused, 401, "invalid-token");
        }

        using HttpResponseMessage revoked = await hub.RevokeAsync("""{"sub":"billing"}""");
        Assert.Equal(HttpStatusCode.Created, revoked.StatusCode);
        using HttpResponseMessage after = await hub.Hub.PostAsync("/v1/events?topic=invoices/1", "x", null, IdentityHub.Bearer(Key));
        await TestHub.AssertProblemAsync(after, 401, "invalid-token");
    }

    private static async Task RefusedAsync(IdentityHub hub, string path, string field, params (string, string)[] headers)
    {
        using HttpResponseMessage response = await hub.Hub.PostAsync(path, "x", null, headers);
        await TestHub.AssertProblemAsync(response, 403, "forbidden", field);
    }

    /// <summary>The last id in the text of a stream.</summary>
    private static string IdOf(string text)
    {
        int at = text.LastIndexOf("id: ", StringComparison.Ordinal) + "id: ".Length;
        return text[at..text.IndexOf('\n', at)];
    }

    private static async Task<string> TicketAsync(IdentityHub hub, string token)
    {
        using HttpResponseMessage response = await hub.Hub.PostAsync("/v1/tickets", "", null, IdentityHub.Bearer(token));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        JsonElement answer = await TestHub.ReadJsonAsync(response);
        Assert.True(answer.GetProperty("expires").GetDateTimeOffset() > TimeProvider.System.GetUtcNow());
        return answer.GetProperty("ticket").GetString()!;
    }
}
