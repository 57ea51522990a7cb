using Microsoft.Extensions.Logging;

namespace Longwave.Server.Identity;

/// <summary>Log messages about identity. They never contain a token, a key, a ticket or a part of one.</summary>
internal static partial class IdentityLog
{
    [LoggerMessage(2400, LogLevel.Debug, "Issuer {Issuer}: known keys: {Count}.", EventName = "KeysRead")]
    public static partial void KeysRead(ILogger logger, string issuer, int count);

    [LoggerMessage(2401, LogLevel.Warning, "Cannot read the keys of issuer {Issuer}; the known keys ({Count}) stay in use. {Reason}", EventName = "KeysFailed")]
    public static partial void KeysFailed(ILogger logger, string issuer, int count, string reason);

    [LoggerMessage(2402, LogLevel.Information, "Revoked {What}; streams to close: {Streams}.", EventName = "Revoked")]
    public static partial void Revoked(ILogger logger, string what, int streams);
}
