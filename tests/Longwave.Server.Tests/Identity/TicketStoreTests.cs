using Longwave.Engine.Access;
using Longwave.Server.Configuration;
using Longwave.Server.Identity;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Identity;

public sealed class TicketStoreTests
{
    private static readonly Caller Alice = new("https://issuer.example", "alice", GrantSet.Everything, GrantSet.Nothing);

    private readonly ManualClock _clock = new();
    private readonly AuthOptions _options = new() { MaxTickets = 4, MaxTicketsPerSubject = 2, TicketLifetime = TimeSpan.FromSeconds(30) };

    [Fact]
    public void TryTake_ManyUsedBehindAnUnusedOne_AreRemoved()
    {
        var tickets = new TicketStore(_options, _clock);
        Issue(tickets);
        for (int i = 0; i < 1_000; i++)
        {
            Assert.True(tickets.TryTake(Issue(tickets), out Caller? caller));
            Assert.Same(Alice, caller);
            Assert.Equal(1, tickets.Count);
        }
    }

    [Fact]
    public void TryIssue_AfterUseAndAfterExpiry_HasRoomAgain()
    {
        var tickets = new TicketStore(_options, _clock);
        string first = Issue(tickets);
        string second = Issue(tickets);
        Assert.False(tickets.TryIssue(Alice, out _, out _));
        Assert.True(tickets.TryTake(first, out _));
        Assert.False(tickets.TryTake(first, out _));
        Issue(tickets);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.False(tickets.TryTake(second, out _));
        Assert.Equal(0, tickets.Count);
        Issue(tickets);
        Issue(tickets);
        Assert.False(tickets.TryIssue(Alice, out _, out _));
    }

    [Fact]
    public void TryTake_ClockSetBackBetweenTwoTickets_NeitherOutlivesItsLifetime()
    {
        var tickets = new TicketStore(_options, _clock);
        Issue(tickets);
        _clock.Advance(TimeSpan.FromHours(-1));
        string second = Issue(tickets);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.False(tickets.TryTake(second, out _));
    }

    private static string Issue(TicketStore tickets)
    {
        Assert.True(tickets.TryIssue(Alice, out string? ticket, out _));
        return ticket;
    }
}
