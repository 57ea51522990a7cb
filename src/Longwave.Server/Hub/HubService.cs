using Longwave.Engine;
using Longwave.Engine.Health;
using Longwave.Engine.Revocations;
using Longwave.Engine.Storage;
using Longwave.Server.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Hub;

/// <summary>Runs the engine: opens it before the web server listens, and closes it after the web server has stopped.</summary>
internal sealed partial class HubService(RunningHub hub, LongwaveOptions options, BackgroundLoops loops, TimeProvider clock, ILoggerFactory loggers, ILogger<HubService> logger)
    : IHostedLifecycleService, IAsyncDisposable
{
    /// <summary>Opens the log. A failure stops the start of the application (<see cref="LogUnavailableException"/>).</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        HubEngine engine = HubEngine.Open(options.Engine, clock, loggers, loops);
        hub.Set(engine);
        hub.Revocations = RevocationList.Open(options.Engine.DataDirectory, options.Auth.MaxRevocations, clock, loggers);
        LogOpened(options.Engine.DataDirectory, engine.Tip.ToString());
        return Task.CompletedTask;
    }

    /// <summary>Drains the streams while the web server still runs.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (hub.EngineOrNull is { } engine)
        {
            LogDraining(engine.ConnectionCount, options.Engine.DrainWindow);
            try
            {
                await engine.DrainAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                LogDrainCut(engine.ConnectionCount);
            }
        }
    }

    /// <summary>Closes the log once the web server has answered its last request.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => CloseAsync();

    /// <summary>Closes the log, also when the start of the application failed after the log was opened.</summary>
    public ValueTask DisposeAsync() => new(CloseAsync());

    private async Task CloseAsync()
    {
        if (hub.EngineOrNull is { } engine)
        {
            hub.Set(null);
            await engine.DisposeAsync();
            hub.Revocations?.Dispose();
            hub.Revocations = null;
            LogClosed();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 2100, Level = LogLevel.Information, Message = "The log in {Directory} is open, its tip is {Tip}")]
    private partial void LogOpened(string directory, string tip);

    [LoggerMessage(EventId = 2101, Level = LogLevel.Debug, Message = "Shutting down: draining within {Window}; open streams: {Connections}")]
    private partial void LogDraining(int connections, TimeSpan window);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Warning, Message = "The drain was cut short; streams that end without notice: {Connections}")]
    private partial void LogDrainCut(int connections);

    [LoggerMessage(EventId = 2103, Level = LogLevel.Information, Message = "The log is closed")]
    private partial void LogClosed();
}
