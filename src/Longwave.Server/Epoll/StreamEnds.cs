using Longwave.Engine.Subscribers;

namespace Longwave.Server.Epoll;

/// <summary>Effect of a close reason on the response.</summary>
internal static class StreamEnds
{
    /// <summary>Whether the hub ended the stream on purpose, so that the response ends cleanly after the last control event.</summary>
    public static bool IsClean(CloseReason reason) => reason is CloseReason.Age or CloseReason.Drain or CloseReason.Slow or CloseReason.Finished or CloseReason.Completed || IsOfIdentity(reason);

    /// <summary>Whether the stream ended because of its identity: an expired or revoked token, or fewer grants.</summary>
    public static bool IsOfIdentity(CloseReason reason) =>
        reason is CloseReason.TokenExpired or CloseReason.Revoked or CloseReason.GrantsNarrowed or CloseReason.Ended;
}
