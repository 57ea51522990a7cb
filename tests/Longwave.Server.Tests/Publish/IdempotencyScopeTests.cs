using System.Net;
using System.Text.Json;
using Longwave.Server.Configuration;
using Longwave.Server.Tests.Hosting;
using Longwave.Server.Tests.Identity;
using Longwave.Server.Tests.Mercure;

namespace Longwave.Server.Tests.Publish;

/// <summary>Scope of an <c>Idempotency-Key</c>: repeats of the same authenticated publisher.</summary>
public sealed class IdempotencyScopeTests
{
    private const string Grants = """{"publish":["*"],"subscribe":["*"]}""";

    [Fact]
    public async Task Post_SameKeyOfTwoPublishers_IsTwoEvents()
    {
        using var other = new TestIssuer("https://other.example");
        await using IdentityHub hub = await StartAsync(options => options.Auth.Issuers.Add(other.Options()));
        string?[] publishers = [null, hub.Issuer.Token("alice", Grants), hub.Issuer.Token("bob", Grants), other.Token("alice", Grants), NativeKey.Text];
        for (int number = 1; number <= 3; number++)
        {
            foreach (string? publisher in publishers)
            {
                Assert.Equal(HttpStatusCode.Created, await PostAsync(hub, publisher, $"{number}"));
            }
        }

        Assert.Equal(3 * publishers.Length, hub.Hub.Engine.Tip.Offset);
    }

    [Fact]
    public async Task Post_SameKeyWithANewToken_IsOneEvent()
    {
        await using IdentityHub hub = await StartAsync();
        Assert.Equal(HttpStatusCode.Created, await PostAsync(hub, hub.Issuer.Token("alice", Grants), "1"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(hub, hub.Issuer.Token("alice", Grants, TimeSpan.FromMinutes(5)), "1"));
        Assert.Equal(HttpStatusCode.Created, await PostAsync(hub, NativeKey.Text, "1"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(hub, NativeKey.Text, "1"));
        Assert.Equal(HttpStatusCode.Created, await PostAsync(hub, null, "1"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(hub, null, "1"));
        Assert.Equal(3, hub.Hub.Engine.Tip.Offset);
    }

    [Fact]
    public async Task Post_BatchWithTheSameKeyOfTwoPublishers_IsTwoBatches()
    {
        await using IdentityHub hub = await StartAsync();
        string body = CloudEventsPublishTests.Event("1", "1") + "\n" + CloudEventsPublishTests.Event("2", "2");
        foreach ((string subject, int duplicates) in ((string, int)[])[("alice", 0), ("bob", 0), ("alice", 2)])
        {
            using HttpResponseMessage response = await hub.Hub.PostAsync(
                "/v1/events?topic=t", body, "application/x-ndjson", IdentityHub.Bearer(hub.Issuer.Token(subject, Grants)), ("Idempotency-Key", "batch"));
            Assert.Equal(duplicates, (await TestHub.ReadJsonAsync(response)).GetProperty("duplicates").GetInt32());
        }
    }

    /// <summary>Source and id identify the event itself, so two publishers that relay the same event publish it once.</summary>
    [Fact]
    public async Task Post_SameCloudEventOfDifferentPublishers_IsOneEvent()
    {
        await using IdentityHub hub = await StartAsync();
        string body = CloudEventsPublishTests.Event("1", "1");
        foreach ((string subject, bool isDuplicate) in ((string, bool)[])[("alice", false), ("bob", true)])
        {
            using HttpResponseMessage response = await hub.Hub.PostAsync(
                "/v1/events?topic=t", body, "application/cloudevents+json", IdentityHub.Bearer(hub.Issuer.Token(subject, Grants)));
            Assert.Equal(isDuplicate, (await TestHub.ReadJsonAsync(response)).TryGetProperty("duplicate", out JsonElement _));
        }
    }

    private static Task<IdentityHub> StartAsync(Action<LongwaveOptions>? configure = null) => IdentityHub.StartAsync(options =>
    {
        options.Auth.Anonymous.Publish.Add(new GrantOptions { Topic = "*" });
        options.Auth.ApiKeys.Add(NativeKey.Options());
        configure?.Invoke(options);
    });

    private static async Task<HttpStatusCode> PostAsync(IdentityHub hub, string? token, string key)
    {
        (string, string)[] headers = token is null ? [("Idempotency-Key", key)] : [("Idempotency-Key", key), IdentityHub.Bearer(token)];
        using HttpResponseMessage response = await hub.Hub.PostAsync("/v1/events?topic=t", "x", null, headers);
        return response.StatusCode;
    }
}
