using System.Collections;
using System.Net;
using Longwave.Engine.Access;
using Longwave.Protocol.Selectors;
using Longwave.Server.Identity;
using Longwave.Server.Manage;
using Longwave.Server.Subscribe;
using Longwave.Server.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Tests.Identity;

/// <summary>Two nested renewals of one stream: a renewal enumerates the caller's grants, and the enumeration renews the stream again.</summary>
public sealed class RenewalTests
{
    private const string ReadA = """{"subscribe":["a"]}""";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Renew_AnotherRenewalInBetween_RegistryAndStreamHaveTheSameHolder(int enumeration)
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        using OpenStream stream = await hub.OpenAsync("?topic=a", hub.Issuer.Token("alice", ReadA));
        RenewEndpoint endpoint = hub.Hub.Service<RenewEndpoint>();
        string name = IdentityHub.Connection(stream);
        Assert.True(hub.Hub.Service<ConnectionRegistry>().TryGet(name, out OpenConnection? connection));
        Caller inner = CallerOf(hub, "inner", [new Grant(Selector.Exact("a"))]);
        Caller outer = CallerOf(hub, "outer", new InterruptedGrants(new Grant(Selector.Exact("a")), enumeration, () => Assert.Null(endpoint.Renew(name, inner))));
        Assert.Null(endpoint.Renew(name, outer));

        Assert.Same(outer, connection.Subscriber.Identity!.Holder);
        Assert.Same(outer, connection.Caller);
        using HttpResponseMessage revoked = await hub.RevokeAsync("""{"jti":"outer"}""");
        Assert.Equal(HttpStatusCode.Created, revoked.StatusCode);
        Assert.EndsWith("event: longwave.closed\ndata: {\"reason\":\"revoked\"}\n\n", await stream.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Renew_RevokedMeanwhile_EndsTheStream(int enumeration)
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        using OpenStream stream = await hub.OpenAsync("?topic=a", hub.Issuer.Token("alice", ReadA));
        Task<HttpResponseMessage>? revoking = null;
        Caller caller = CallerOf(hub, "new", new InterruptedGrants(new Grant(Selector.Exact("a")), enumeration, () =>
        {
            revoking = hub.RevokeAsync("""{"jti":"new"}""");
            revoking.GetAwaiter().GetResult();
        }));
        Assert.NotNull(hub.Hub.Service<RenewEndpoint>().Renew(IdentityHub.Connection(stream), caller));
        using HttpResponseMessage revoked = await revoking!;
        Assert.Equal(HttpStatusCode.Created, revoked.StatusCode);
        Assert.EndsWith("event: longwave.closed\ndata: {\"reason\":\"revoked\"}\n\n", await stream.ReadToEndAsync(), StringComparison.Ordinal);
    }

    private static Caller CallerOf(IdentityHub hub, string tokenId, IReadOnlyList<Grant> grants) =>
        new(hub.Issuer.Name, "alice", new GrantSet { Subscribe = grants }, GrantSet.Nothing) { TokenId = tokenId, IssuedAt = hub.Clock.GetUtcNow() };

    /// <summary>One grant that runs an action when it is enumerated for the n-th time.</summary>
    private sealed class InterruptedGrants(Grant grant, int enumeration, Action interrupt) : IReadOnlyList<Grant>
    {
        private int _enumerations;

        public int Count => 1;

        public Grant this[int index] => grant;

        public IEnumerator<Grant> GetEnumerator()
        {
            if (++_enumerations == enumeration)
            {
                interrupt();
            }

            yield return grant;
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
