using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Log;

/// <summary>Log messages about the clock.</summary>
internal static partial class ClockLog
{
    [LoggerMessage(1501, LogLevel.Error, "The system clock has jumped by {Jump}. Event times and retention continue with the time before the jump; the hub accepts the new time if it lasts for {Confirmation}.", EventName = "ClockJumped")]
    public static partial void Jumped(ILogger logger, TimeSpan jump, TimeSpan confirmation);

    [LoggerMessage(1502, LogLevel.Information, "The system clock agrees with the time of the hub again.", EventName = "ClockRightAgain")]
    public static partial void RightAgain(ILogger logger);

    [LoggerMessage(1503, LogLevel.Warning, "The hub accepts the new time of the system clock, a jump of {Jump}.", EventName = "ClockAccepted")]
    public static partial void Accepted(ILogger logger, TimeSpan jump);

    [LoggerMessage(1504, LogLevel.Error, "The system clock is {Lag} behind the newest event of the log. Times of events never decrease, so new events get the time of the newest one until the clock has reached it.", EventName = "ClockBehind")]
    public static partial void Behind(ILogger logger, TimeSpan lag);
}
