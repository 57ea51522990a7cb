using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Health;

/// <summary>Log messages about background loops.</summary>
internal static partial class HealthLog
{
    [LoggerMessage(1301, LogLevel.Critical, "Background loop {Loop} has failed. The hub is unhealthy until it is restarted.", EventName = "LoopFailed")]
    public static partial void Failed(ILogger logger, string loop, Exception failed);

    [LoggerMessage(1302, LogLevel.Error, "Background loop {Loop} has failed and restarts in {Pause}.", EventName = "LoopRestarts")]
    public static partial void Restarts(ILogger logger, string loop, TimeSpan pause, Exception failed);

    [LoggerMessage(1303, LogLevel.Error, "A tick of {Loop} has failed; the next tick follows on schedule.", EventName = "TickFailed")]
    public static partial void TickFailed(ILogger logger, string loop, Exception failed);

    [LoggerMessage(1304, LogLevel.Warning, "The priority of thread {Thread} could not be lowered: costly patterns can delay other clients.", EventName = "PriorityNotSet")]
    public static partial void PriorityNotSet(ILogger logger, string thread);
}
