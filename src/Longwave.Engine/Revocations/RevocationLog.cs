using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Revocations;

/// <summary>Log messages about revocations. They do not contain the revoked value, which may be a secret.</summary>
internal static partial class RevocationLog
{
    [LoggerMessage(1201, LogLevel.Error, "The hub could not store a revocation and rejected it.", EventName = "RevocationFailed")]
    public static partial void RevocationFailed(ILogger logger, Exception failed);
}
