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

    /// <summary>A page visits the streams that it contains, and a limited number of others; the pages together visit each stream once.</summary>
    [Fact]
    public async Task ReadPage_ManyStreams_VisitsALimitedNumber()
    {
        const int Streams = 3 * ConnectionRegistry.MaxVisits;
        await using TestHub hub = await TestHub.StartAsync();
        ConnectionRegistry registry = hub.Service<ConnectionRegistry>();
        StreamOpener opener = hub.Service<StreamOpener>();
        Subscriber[] admitted = [.. Enumerable.Range(0, Streams).Select(i => Admit(opener, i % (Streams / 4) == 0 ? "alice" : $"{i}"))];

        int visits = 0;
        ConnectionPage first = registry.ReadPage(0, 10, _ => ++visits > 0);
        Assert.Equal((10, 10), (first.Connections.Count, visits));
        Assert.Equal(first.Connections[^1].Number, first.Next);

        var found = new List<long>();
        visits = 0;
        for (long? after = 0; after is { } start;)
        {
            int before = visits;
            ConnectionPage page = registry.ReadPage(start, 10, connection => ++visits > 0 && connection.Caller.Subject == "alice");
            Assert.InRange(visits - before, 1, ConnectionRegistry.MaxVisits + 10);
            found.AddRange(page.Connections.Select(static connection => connection.Number));
            after = page.Next;
        }

        Assert.Equal(Streams, visits);
        Assert.Equal(registry.All.Where(static connection => connection.Caller.Subject == "alice").Select(static connection => connection.Number), found);
        Assert.Equal(4, found.Count);

        // A page starts after a stream that has ended, too.
        opener.Abandon(admitted[9]);
        Assert.Equal(first.Next + 1, registry.ReadPage(first.Next!.Value, 1, static _ => true).Connections[0].Number);
        Assert.All(admitted.Where((_, i) => i != 9), opener.Abandon);
    }

    private static Subscriber Admit(StreamOpener opener, string name)
    {
        var caller = new Caller("https://issuer.example", name, GrantSet.Everything, GrantSet.Nothing);
        Assert.Null(opener.TryAdmit(new DefaultHttpContext(), caller, Request, static _ => new NoSink(), out _, out Subscriber? subscriber));
        return subscriber!;
    }
}
