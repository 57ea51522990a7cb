using Longwave.Engine;
using Longwave.Engine.Configuration;
using Longwave.Engine.Health;
using Longwave.Server.Hub;
using Longwave.Server.Mercure;
using Longwave.Server.Tests.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Server.Tests.Mercure;

public sealed class SubscriptionAnnouncerTests
{
    /// <summary>The log fails for the announcement that can't be published: that one is lost, and the hub's log says so.</summary>
    [Fact]
    public async Task Announce_LoopFails_RestartsAndPublishesTheRest()
    {
        string directory = Directory.CreateTempSubdirectory("longwave-").FullName;
        await using (HubEngine engine = HubEngine.Open(new EngineOptions { DataDirectory = directory }, TimeProvider.System, NullLoggerFactory.Instance))
        {
            var hub = new RunningHub();
            hub.Set(engine);
            using var logs = new CollectedLogs();
            using var factory = new LoggerFactory([logs]);
            var loops = new BackgroundLoops(TimeProvider.System, factory);
            using var announcer = new SubscriptionAnnouncer(hub, loops, TimeProvider.System, new FailingLogger());
            announcer.Announce(new ActiveSubscription(new string('x', 100_000), null, "*", "first", null), isActive: true);
            announcer.Announce(new ActiveSubscription("/subscriptions/second", null, "*", "second", null), isActive: true);

            // Both are in one batch, because the loop starts only now.
            await announcer.StartedAsync(CancellationToken.None);
            await Eventually.TrueAsync(() => engine.Tip.Offset == 1);
            announcer.Announce(new ActiveSubscription("/subscriptions/second", null, "*", "second", null), isActive: false);
            await Eventually.TrueAsync(() => engine.Tip.Offset == 2);
            Assert.Contains(logs.Lines, static line => line.Contains("longwave-announcer", StringComparison.Ordinal) && line.Contains("The logger is broken.", StringComparison.Ordinal));
            Assert.False(loops.HasFailed);
            await announcer.StoppedAsync(CancellationToken.None);
        }

        Directory.Delete(directory, recursive: true);
    }

    private sealed class FailingLogger : ILogger<SubscriptionAnnouncer>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("The logger is broken.");
    }
}
