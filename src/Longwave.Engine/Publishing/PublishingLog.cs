using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Publishing;

/// <summary>Log messages about publishing.</summary>
internal static partial class PublishingLog
{
    [LoggerMessage(1001, LogLevel.Error, "The disk is full; the hub rejects publishing until there is free space: {Reason}", EventName = "DiskFull")]
    public static partial void DiskFull(ILogger logger, string reason);

    [LoggerMessage(1002, LogLevel.Critical, "Writing the log failed. Publishing is stopped until the hub is restarted; streams continue.", EventName = "PublishingStopped")]
    public static partial void Stopped(ILogger logger, Exception failed);

    [LoggerMessage(1004, LogLevel.Warning, "An allocation failed while the hub wrote the log; it rejected the requests of this batch.", EventName = "OutOfMemory")]
    public static partial void OutOfMemory(ILogger logger);

    [LoggerMessage(1005, LogLevel.Critical, "{File} was deleted, replaced or moved while the hub uses it. Publishing is stopped until the hub is restarted; streams continue. What the hub has written is lost when it stops.", EventName = "FileLost")]
    public static partial void FileLost(ILogger logger, string file);

    [LoggerMessage(1003, LogLevel.Information, "The disk has free space again; publishing continues.", EventName = "DiskHasRoom")]
    public static partial void HasRoom(ILogger logger);
}
