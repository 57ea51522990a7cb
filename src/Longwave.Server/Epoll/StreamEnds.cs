using Longwave.Engine.Subscribers;

namespace Longwave.Server.Epoll;

/// <summary>What the reasons for which a stream ends mean for its response.</summary>
internal static class StreamEnds
{
    /// <summary>Whether the hub ended it on purpose: the response ends cleanly, after what the client was told.</summary>
    public static bool IsClean(CloseReason reason) => reason is CloseReason.Age or CloseReason.Drain or CloseReason.Slow or CloseReason.Finished || IsOfIdentity(reason);

    /// <summary>Whether it ended because of who holds it.</summary>
    public static bool IsOfIdentity(CloseReason reason) =>
        reason is CloseReason.TokenExpired or CloseReason.Revoked or CloseReason.GrantsNarrowed or CloseReason.Ended;
}
