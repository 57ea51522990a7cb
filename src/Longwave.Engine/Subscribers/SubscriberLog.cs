using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Subscribers;

/// <summary>Log messages about streams. None is written per event or per delivery.</summary>
internal static partial class SubscriberLog
{
    [LoggerMessage(1101, LogLevel.Error, "Reading the log for stream {Id} failed; the stream is closed and its client will resume.", EventName = "CatchUpFailed")]
    public static partial void CatchUpFailed(ILogger logger, long id, Exception failed);

    [LoggerMessage(1102, LogLevel.Error, "Delivering to stream {Id} failed; the stream is closed and its client will resume.", EventName = "DeliveryFailed")]
    public static partial void DeliveryFailed(ILogger logger, long id, Exception failed);

    [LoggerMessage(1103, LogLevel.Information, "Draining within {Window}; open streams: {Count}.", EventName = "Draining")]
    public static partial void Draining(ILogger logger, int count, TimeSpan window);

    [LoggerMessage(1104, LogLevel.Warning, "The drain ran out of time; streams that had not ended: {Count}.", EventName = "DrainIncomplete")]
    public static partial void DrainIncomplete(ILogger logger, int count);
}
