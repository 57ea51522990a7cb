using Longwave.Engine.Access;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Selectors;
using Longwave.Server.Identity;
using Longwave.Server.Subscribe;
using Longwave.Server.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Tests.Subscribe;

public sealed class ConnectionRegistryTests
{
    private static readonly SubscribeRequest Request = new() { Selectors = [Selector.Any] };

    /// <summary>A stream stays registered until its shard has ended it. A second request to close it in between does not count it again.</summary>
    [Fact]
    public async Task Close_StreamIsAlreadyEnding_CountsItOnce()
    {
        await using TestHub hub = await TestHub.StartAsync();
        ConnectionRegistry registry = hub.Service<ConnectionRegistry>();
        StreamOpener opener = hub.Service<StreamOpener>();

        // These streams are admitted but not started: no shard handles their end.
        Subscriber[] admitted = [.. new[] { "alice", "bob" }.Select(name => Admit(opener, name))];
        Assert.Equal(1, registry.Close(static connection => connection.Caller.Subject == "alice", CloseReason.Revoked));
        Assert.Equal(2, registry.All.Count());
        Assert.Equal(1, registry.Close(static _ => true, CloseReason.Revoked));
        Assert.Equal(0, registry.Close(static _ => true, CloseReason.Revoked));
        Assert.All(admitted, opener.Abandon);
        Assert.Empty(registry.All);
    }

    private static Subscriber Admit(StreamOpener opener, string name)
    {
        var caller = new Caller("https://issuer.example", name, GrantSet.Everything, GrantSet.Nothing);
        Assert.Null(opener.TryAdmit(new DefaultHttpContext(), caller, Request, new NoSink(), out Subscriber? subscriber));
        return subscriber!;
    }
}
