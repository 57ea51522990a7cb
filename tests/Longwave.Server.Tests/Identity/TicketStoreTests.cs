using Longwave.Engine.Access;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Identity;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Identity;

public sealed class TicketStoreTests
{
    private static readonly Caller Alice = new("https://issuer.example", "alice", GrantSet.Everything, GrantSet.Nothing);
    private static readonly TicketUse Use = TicketUse.Of(new AddressKey(1), "?topic=a&ticket=x");

    private readonly ManualClock _clock = new();
    private readonly AuthOptions _options = new()
    {
        MaxTickets = 4, MaxTicketsPerSubject = 2, TicketLifetime = TimeSpan.FromSeconds(30), TicketReconnectTime = TimeSpan.FromMinutes(5),
    };

    private readonly TicketStore _tickets;

    public TicketStoreTests() => _tickets = new TicketStore(_options, _clock);

    [Fact]
    public void TryTake_ManyUsedBehindAnUnusedOne_AreLimited()
    {
        Issue();
        for (int i = 0; i < 1_000; i++)
        {
            Assert.Equal(TicketOutcome.Accepted, _tickets.TryTake(Issue(), Use, out Ticket? ticket));
            Assert.Same(Alice, ticket!.Caller);
            Assert.InRange(_tickets.Count, 1, 1 + _options.MaxTickets);
        }
    }

    [Fact]
    public void TryIssue_AfterUseAndAfterExpiry_HasRoomAgain()
    {
        string first = Issue();
        string second = Issue();
        Assert.False(_tickets.TryIssue(Alice, out _, out _));
        Assert.Equal(TicketOutcome.Accepted, _tickets.TryTake(first, Use, out _));
        Issue();
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TicketOutcome.Invalid, _tickets.TryTake(second, Use, out _));
        Assert.Equal(1, _tickets.Count);
        Issue();
        Issue();
        Assert.False(_tickets.TryIssue(Alice, out _, out _));
    }

    [Fact]
    public void TryTake_ClockSetBackBetweenTwoTickets_NeitherOutlivesItsLifetime()
    {
        Issue();
        _clock.Advance(TimeSpan.FromHours(-1));
        string second = Issue();
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TicketOutcome.Invalid, _tickets.TryTake(second, Use, out _));
    }

    [Fact]
    public void TryTake_UsedTicket_ResumesItsOwnStreamOnly()
    {
        string ticket = Issue();
        TicketLease stream = Open(ticket);
        Assert.Equal(TicketOutcome.InUse, _tickets.TryTake(ticket, Use, out _));
        stream.End(mayReturn: true);
        Assert.Equal(TicketOutcome.Invalid, _tickets.TryTake(ticket, Use with { Address = new AddressKey(2) }, out _));
        Assert.Equal(TicketOutcome.Invalid, _tickets.TryTake(ticket, TicketUse.Of(new AddressKey(1), "?topic=b&ticket=x"), out _));
        Assert.Equal(TicketOutcome.Accepted, _tickets.TryTake(ticket, TicketUse.Of(new AddressKey(1), "?topic=a&last_event_id=1-2&ticket=x&_=7"), out _));
    }

    [Fact]
    public void TryOpen_TwoRequestsAtOnce_OnlyOneOpens()
    {
        string secret = Issue();
        Assert.Equal(TicketOutcome.Accepted, _tickets.TryTake(secret, Use, out Ticket? one));
        Assert.Equal(TicketOutcome.Accepted, _tickets.TryTake(secret, Use, out Ticket? other));
        TicketLease? stream = _tickets.TryOpen(one!);
        Assert.NotNull(stream);
        Assert.Null(_tickets.TryOpen(other!));

        // Ending twice returns the ticket once.
        stream.End(mayReturn: true);
        TicketLease again = _tickets.TryOpen(other!)!;
        stream.End(mayReturn: true);
        Assert.Equal(TicketOutcome.InUse, _tickets.TryTake(secret, Use, out _));
        again.End(mayReturn: true);
    }

    [Fact]
    public void TryTake_LongAfterTheEndOfItsStream_IsInvalid()
    {
        string ticket = Issue();
        TicketLease stream = Open(ticket);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TicketOutcome.InUse, _tickets.TryTake(ticket, Use, out _));
        stream.End(mayReturn: true);
        _clock.Advance(TimeSpan.FromMinutes(4));
        Open(ticket).End(mayReturn: true);
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(TicketOutcome.Invalid, _tickets.TryTake(ticket, Use, out _));
        Assert.Equal(0, _tickets.Count);
    }

    [Fact]
    public void TryTake_AfterAnEndWithoutReturn_IsInvalid()
    {
        string ticket = Issue();
        Open(ticket).End(mayReturn: false);
        Assert.Equal(TicketOutcome.Invalid, _tickets.TryTake(ticket, Use, out _));
        Assert.Equal(0, _tickets.Count);
    }

    [Fact]
    public void TryTake_MoreWaitingThanTheLimit_RemovesTheOldest()
    {
        string[] tickets = [.. Enumerable.Range(0, _options.MaxTickets + 1).Select(_ =>
        {
            string ticket = Issue();
            Open(ticket).End(mayReturn: true);
            return ticket;
        })];
        Assert.Equal(_options.MaxTickets, _tickets.Count);
        Assert.Equal(TicketOutcome.Invalid, _tickets.TryTake(tickets[0], Use, out _));
        Assert.Equal(TicketOutcome.Accepted, _tickets.TryTake(tickets[1], Use, out _));
    }

    private string Issue()
    {
        Assert.True(_tickets.TryIssue(Alice, out string? ticket, out _));
        return ticket;
    }

    private TicketLease Open(string secret)
    {
        Assert.Equal(TicketOutcome.Accepted, _tickets.TryTake(secret, Use, out Ticket? ticket));
        return _tickets.TryOpen(ticket!)!;
    }
}
