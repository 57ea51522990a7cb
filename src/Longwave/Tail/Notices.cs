using Longwave.Client.Subscriptions;
using Longwave.Terminals;

namespace Longwave.Tail;

/// <summary>Sentences for the control events of a stream.</summary>
internal static class Notices
{
    /// <summary>Type of a gap: events between two positions are gone.</summary>
    public const string Gap = "longwave.gap";

    /// <summary>Type of a reset: the position does not belong to this log.</summary>
    public const string Reset = "longwave.reset";

    /// <summary>Type of a planned end of the stream, with the time to reconnect after.</summary>
    public const string Reconnect = "longwave.reconnect";

    /// <summary>Type of an end of the stream because of its identity or rights.</summary>
    public const string Closed = "longwave.closed";

    /// <summary>Type of the completion of a topic.</summary>
    public const string Complete = "longwave.complete";

    /// <summary>Type of a warning that the token expires soon.</summary>
    public const string TokenExpiring = "longwave.token-expiring";

    /// <summary>Whether the control event reports lost events; these are shown even in quiet mode.</summary>
    public static bool IsLoss(string type) => type is Gap or Reset;

    /// <summary>Describes a start other than the oldest event, without an article.</summary>
    public static string DescribeStart(string since) =>
        since.StartsWith("last:", StringComparison.Ordinal) ? $"newest stored events ({since[5..]} at most)" : $"events since {since}";

    /// <summary>Describes the control event as a sentence.</summary>
    /// <param name="notice">The control event.</param>
    /// <param name="since">Requested start of the stream, or null.</param>
    public static string Describe(HubNotice notice, string? since)
    {
        switch (notice.Type)
        {
            case Gap:
                string fate = Member(notice, "reason") switch
                {
                    "skipped" => "were skipped because this client is too slow",
                    "deleted" => "were deleted; continuing with the oldest stored event",
                    "damaged" => "are lost or damaged in the hub's storage; continuing with the intact events",
                    _ => "are no longer stored; continuing with the oldest stored event",
                };
                return $"GAP: events after {Member(notice, "from")} up to {Member(notice, "to")} {fate}.";
            case Reset:
                string why = Member(notice, "reason") switch
                {
                    "unknown-epoch" => "it belongs to another log (the hub's data was replaced)",
                    "ahead" => "it is ahead of the log (the hub's data was restored from an older copy)",
                    "malformed" => "it is not a position",
                    var other => other,
                };
                string onward = since is null ? "new events" : since == "earliest" ? "the oldest stored event" : $"the {DescribeStart(since)}";
                return $"RESET: the last position is not valid in this log: {why}. Continuing with {onward}.";
            case Reconnect:
                string reason = Member(notice, "reason") switch
                {
                    "drain" => "it is shutting down or restarting",
                    "age" => "this stream has reached its maximum age",
                    var other => other,
                };
                return $"The hub requests a reconnect: {reason}.";
            case Closed:
                string end = Member(notice, "reason") switch
                {
                    "complete" => "all topics are complete",
                    "slow" => "this client did not keep up",
                    "token-expired" => "the token has expired",
                    "revoked" => "the token or the stream was revoked",
                    "grants-narrowed" => "the renewed token does not grant it",
                    "ended" => "an administrator ended it",
                    var other => other,
                };
                return $"The hub ended the stream: {end}.";
            case Complete:
                return $"The topic {Member(notice, "topic")} is complete.";
            case TokenExpiring:
                return $"The token expires at {Member(notice, "expires")}; the stream then ends.";
            default:
                return VisibleText.Escape($"Notice from the hub: {notice.Type}: {notice.Data}");
        }
    }

    private static string Member(HubNotice notice, string name) => notice.Member(name) is { } member ? VisibleText.Escape(member) : "?";
}
