using System.Net;
using Longwave.Engine.Access;
using Longwave.Engine.Health;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Selectors;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Longwave.Server.Identity;
using Longwave.Server.Subscribe;
using Longwave.Server.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Server.Tests.Subscribe;

/// <summary>Every way to fail the opening of a stream releases what was counted for it.</summary>
public sealed class StreamOpenerTests : IAsyncLifetime
{
    private static readonly Caller Alice = new("https://issuer.example", "alice", GrantSet.Everything, GrantSet.Nothing);
    private static readonly SubscribeRequest Request = new() { Selectors = [Selector.Any] };

    private TestHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await TestHub.StartAsync(static options => options.Engine.Limits.MaxConnections = 2);

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public void TryAdmit_FailsHalfway_ReleasesItsPermit()
    {
        using AdmissionControl admission = NewAdmission();
        var clock = new FailingClock();
        StreamOpener opener = NewOpener(admission, clock);
        for (int i = 0; i < 3; i++)
        {
            Assert.Throws<InvalidOperationException>(() => opener.TryAdmit(NewContext(), Alice, Request, static _ => new NoSink(), out _, out _));
        }

        clock.Works = true;
        Assert.Null(opener.TryAdmit(NewContext(), Alice, Request, static _ => new NoSink(), out _, out Subscriber? admitted));
        opener.Abandon(admitted!);
        Assert.Equal(0, _hub.Engine.ConnectionCount);
        Assert.Empty(_hub.Service<ConnectionRegistry>().All);
    }

    [Fact]
    public void TryAdmit_RejectedByTheEngine_ReleasesItsPermit()
    {
        using AdmissionControl admission = NewAdmission();
        StreamOpener opener = NewOpener(admission, TimeProvider.System);
        Assert.Equal(Accepted, Enumerable.Range(0, 2).Select(i => opener.TryAdmit(NewContext(), Alice with { Subject = $"{i}" }, Request, static _ => new NoSink(), out _, out _)?.Type));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(ProblemTypes.TooManyConnections, opener.TryAdmit(NewContext(), Alice, Request, static _ => new NoSink(), out _, out Subscriber? none)?.Type);
            Assert.Null(none);
        }

        Assert.Equal(2, _hub.Service<ConnectionRegistry>().All.Count());
    }

    [Fact]
    public void TryAdmit_AndAbandon_IsRepeatable()
    {
        using AdmissionControl admission = NewAdmission();
        StreamOpener opener = NewOpener(admission, TimeProvider.System);
        for (int i = 0; i < 3; i++)
        {
            Assert.Null(opener.TryAdmit(NewContext(), Alice, Request, static _ => new NoSink(), out _, out Subscriber? admitted));
            Assert.Same(Alice, Assert.Single(_hub.Service<ConnectionRegistry>().All).Caller);
            Assert.Equal(ProblemTypes.TooManyStreams, opener.TryAdmit(NewContext(), Alice, Request, static _ => new NoSink(), out _, out _)?.Type);
            opener.Abandon(admitted!);
            Assert.Empty(_hub.Service<ConnectionRegistry>().All);
        }
    }

    private static IEnumerable<ProblemType?> Accepted => [null, null];

    private static DefaultHttpContext NewContext() => new() { Connection = { RemoteIpAddress = IPAddress.Parse("192.0.2.1") } };

    /// <summary>Limit of one stream per subject.</summary>
    private static AdmissionControl NewAdmission()
    {
        var options = new LongwaveOptions { Server = { Admission = { Subject = { MaxStreams = 1 } } } };
        return new AdmissionControl(
            options, new ClientAddresses(options.Server), new MemoryWatch(options, new BackgroundLoops(TimeProvider.System, NullLoggerFactory.Instance), TimeProvider.System, NullLogger<MemoryWatch>.Instance), new AnswerBudget(1 << 20), TimeProvider.System);
    }

    private StreamOpener NewOpener(AdmissionControl admission, TimeProvider clock) =>
        new(_hub.Service<RunningHub>(), _hub.Options, _hub.Service<Authenticator>(), admission, _hub.Service<ConnectionRegistry>(), clock);

    private sealed class FailingClock : TimeProvider
    {
        public bool Works { get; set; }

        public override DateTimeOffset GetUtcNow() => Works ? System.GetUtcNow() : throw new InvalidOperationException("The clock fails.");
    }
}
