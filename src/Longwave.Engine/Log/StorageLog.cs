using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Log;

/// <summary>Log messages about damage of the stored log.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(1401, LogLevel.Error, "The log is damaged: an event from offset {From} to {Through} is lost or does not match its checksum. Subscribers get `longwave.gap` with the reason `damaged`. `longwave check` examines the whole log.", EventName = "EventDamaged")]
    public static partial void Damaged(ILogger logger, long from, long through);

    [LoggerMessage(1402, LogLevel.Error, "{Count} damaged places are logged; further ones are only counted.", EventName = "DamageNoLongerLogged")]
    public static partial void DamageNoLongerLogged(ILogger logger, int count);

    [LoggerMessage(1403, LogLevel.Critical, "The write-ahead log was damaged: acknowledged events after offset {Tip} are lost. The log continues with the new epoch {After:x8} (before: {Before:x8}), so every client that resumes gets `longwave.reset`.", EventName = "EventsLost")]
    public static partial void EventsLost(ILogger logger, long tip, uint after, uint before);
}
