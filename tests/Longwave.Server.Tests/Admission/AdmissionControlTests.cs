using System.Net;
using Longwave.Engine.Health;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Server.Tests.Admission;

public sealed class AdmissionControlTests
{
    private const long MostAnswerBytes = 1_000_000;

    private static readonly (string Issuer, string Subject) Alice = ("https://issuer.example", "alice");
    private static readonly (string Issuer, string Subject) Bob = ("https://issuer.example", "bob");
    private static readonly (string Issuer, string Subject) OtherAlice = ("https://other.example", "alice");

    [Fact]
    public void TryAdmitStream_SubjectFromManyAddresses_IsLimitedAsOne()
    {
        using AdmissionControl admission = Create(options => options.Server.Admission.Subject.MaxStreams = 2);
        var places = new List<StreamLease>();
        for (int i = 1; i <= 2; i++)
        {
            Assert.Null(admission.TryAdmitStream(Request($"192.0.2.{i}"), Alice, out StreamLease? place));
            places.Add(place!);
        }

        Problem? refused = admission.TryAdmitStream(Request("192.0.2.3"), Alice, out StreamLease? none);
        Assert.Equal((ProblemTypes.TooManyStreams, null), (refused?.Type, none));
        Assert.StartsWith("This subject has 2 open streams", refused!.Detail, StringComparison.Ordinal);
        Assert.Null(admission.TryAdmitStream(Request("192.0.2.3"), Bob, out _));
        Assert.Null(admission.TryAdmitStream(Request("192.0.2.3"), OtherAlice, out _));
        places[0].Dispose();
        places[0].Dispose();
        Assert.Null(admission.TryAdmitStream(Request("192.0.2.3"), Alice, out _));
        Assert.NotNull(admission.TryAdmitStream(Request("192.0.2.3"), Alice, out _));
    }

    [Fact]
    public void TryAdmitStream_RejectedForItsSubject_ReleasesThePermitOfItsAddress()
    {
        using AdmissionControl admission = Create(options =>
            (options.Server.Admission.Address.MaxStreams, options.Server.Admission.Subject.MaxStreams) = (2, 1));
        Assert.Null(admission.TryAdmitStream(Request("192.0.2.1"), Alice, out _));
        Assert.NotNull(admission.TryAdmitStream(Request("192.0.2.1"), Alice, out _));
        Assert.Null(admission.TryAdmitStream(Request("192.0.2.1"), Bob, out _));
    }

    [Fact]
    public void RoomOf_AddressAtItsShare_RejectsItAndNoOther()
    {
        using AdmissionControl admission = Create(static options => options.Server.Admission.Address.MaxAnswerShare = 0.5);
        Assert.Null(admission.TryAdmitStream(Request("192.0.2.1"), null, out StreamLease? stream));
        AnswerRoom room = admission.RoomOf(stream);
        Assert.True(room.TryTake(400_000));
        Assert.True(room.HasRoomFor(100_000));
        Assert.False(room.HasRoomFor(100_001));
        using AnswerLease same = admission.RoomOf(Request("192.0.2.1"));
        Assert.False(same.TryTake(100_001));
        Problem refused = same.Refuse(100_001);
        Assert.Equal(ProblemTypes.AnswersUnread, refused.Type);
        Assert.Contains("hold 400000 bytes", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("limit is 500000", refused.Detail, StringComparison.Ordinal);
        using AnswerLease other = admission.RoomOf(Request("192.0.2.2"));
        Assert.True(other.TryTake(500_000));
        Assert.False(other.TryTake(1));
        room.Return(400_000);
        Assert.True(same.TryTake(500_000));
    }

    /// <summary>A subject has one share for all its addresses. What its share rejects leaves no reservation elsewhere.</summary>
    [Fact]
    public void RoomOf_SubjectAtItsShare_RejectsItFromEveryAddress()
    {
        using AdmissionControl admission = Create(static options => (options.Server.Admission.Address.MaxAnswerShare, options.Server.Admission.Subject.MaxAnswerShare) = (0.8, 0.3));
        Assert.Null(admission.TryAdmitStream(Request("192.0.2.1"), Alice, out StreamLease? first));
        Assert.Null(admission.TryAdmitStream(Request("192.0.2.2"), Alice, out StreamLease? second));
        Assert.Null(admission.TryAdmitStream(Request("192.0.2.2"), Bob, out StreamLease? other));
        Assert.True(admission.RoomOf(first).TryTake(300_000));
        Assert.False(admission.RoomOf(second).TryTake(1));
        Assert.Contains("this subject", admission.RoomOf(second).Refuse(1).Detail, StringComparison.Ordinal);
        Assert.True(admission.RoomOf(other).TryTake(300_000));

        // 400,000 bytes are left in all, and 500,000 in the share of the second address: neither lost anything to the rejection.
        using AnswerLease address = admission.RoomOf(Request("192.0.2.2"));
        Assert.True(address.TryTake(400_000));
        Assert.False(address.TryTake(1));
        Assert.Equal(ProblemTypes.Overloaded, address.Refuse(1).Type);
    }

    /// <summary>A flush that stays pending returns its bytes after the stream has ended.</summary>
    [Fact]
    public void Return_AfterTheLease_FreesTheShare()
    {
        using AdmissionControl admission = Create(static options => options.Server.Admission.Address.MaxAnswerShare = 0.5);
        Assert.Null(admission.TryAdmitStream(Request("192.0.2.1"), null, out StreamLease? stream));
        AnswerRoom room = admission.RoomOf(stream);
        Assert.True(room.TryTake(500_000));
        stream!.Dispose();
        using AnswerLease next = admission.RoomOf(Request("192.0.2.1"));
        Assert.False(next.TryTake(1));
        room.Return(500_000);
        Assert.True(next.TryTake(500_000));
    }

    [Fact]
    public void RoomOf_AddressWithoutLimits_IsTheWholeBudget()
    {
        using AdmissionControl admission = Create(static _ => { });
        Assert.Null(admission.TryAdmitStream(Request("127.0.0.1"), null, out StreamLease? stream));
        Assert.Null(stream);
        Assert.True(admission.RoomOf(stream).TryTake(MostAnswerBytes));
        using AnswerLease list = admission.RoomOf(Request("127.0.0.1"));
        Assert.False(list.TryTake(1));
        Assert.Equal(ProblemTypes.Overloaded, list.Refuse(1).Type);
    }

    [Fact]
    public void PauseAfterRejection_SameAddressAgain_IsLongerForThisAddressOnly()
    {
        var clock = new ManualClock();
        using AdmissionControl admission = Create(static _ => { }, clock);
        TimeSpan shortest = TimeSpan.FromSeconds(1);
        Assert.Equal(shortest, admission.PauseAfterRejection(Request("192.0.2.1"), shortest));
        clock.Advance(shortest);
        Assert.Equal(shortest * 2, admission.PauseAfterRejection(Request("192.0.2.1"), shortest));
        Assert.Equal(shortest, admission.PauseAfterRejection(Request("192.0.2.2"), shortest));
        Assert.Equal(shortest, admission.PauseAfterRejection(Request("127.0.0.1"), shortest));
    }

    [Fact]
    public void TryAdmitPublish_SubjectOnLoopback_HasARate()
    {
        using AdmissionControl admission = Create(options =>
            (options.Server.Admission.Subject.EventsPerSecond, options.Server.Admission.Subject.EventBurst) = (1, 100));
        Assert.Null(admission.TryAdmitPublish(Request("127.0.0.1"), Alice, out PublishPermit? permit));
        Assert.Null(permit!.TakeEvents(100));
        Assert.Equal(ProblemTypes.RateLimited, permit.TakeEvents(100)!.Type);
        Assert.InRange(permit.TakeEvents(100)!.RetryAfter!.Value.TotalSeconds, 1, 100);
        permit.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.5.5.5")]
    [InlineData("::1")]
    public void TryAdmit_Loopback_IsNotCountedByDefault(string address)
    {
        using AdmissionControl admission = Create(options => options.Server.Admission.Address.MaxStreams = 1);
        for (int i = 0; i < 10; i++)
        {
            Assert.Null(admission.TryAdmitStream(Request(address), null, out StreamLease? place));
            Assert.Null(place);
            Assert.Null(admission.TryAdmitPublish(Request(address), null, out PublishPermit? permit));
            Assert.Null(permit);
        }

        using AdmissionControl strict = Create(options => (options.Server.Admission.Address.MaxStreams, options.Server.Admission.LimitLoopback) = (1, true));
        Assert.Null(strict.TryAdmitStream(Request(address), null, out _));
        Assert.NotNull(strict.TryAdmitStream(Request(address), null, out _));
    }

    private static AdmissionControl Create(Action<LongwaveOptions> configure, ManualClock? clock = null)
    {
        var options = new LongwaveOptions();
        configure(options);
        clock ??= new ManualClock();
        return new AdmissionControl(options, new ClientAddresses(options.Server), new MemoryWatch(options, new BackgroundLoops(clock, NullLoggerFactory.Instance), clock, NullLogger<MemoryWatch>.Instance), new AnswerBudget(MostAnswerBytes), clock);
    }

    private static DefaultHttpContext Request(string address) => new() { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };
}
