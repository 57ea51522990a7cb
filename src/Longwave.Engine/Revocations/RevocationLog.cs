using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Revocations;

/// <summary>What can go wrong with revocations. What they name is not told: it may be a secret of somebody.</summary>
internal static partial class RevocationLog
{
    [LoggerMessage(1201, LogLevel.Error, "A revocation could not be stored and was refused.", EventName = "RevocationFailed")]
    public static partial void RevocationFailed(ILogger logger, Exception failed);
}
