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

    /// <summary>Type of a warning that the token expires soon.</summary>
    public const string TokenExpiring = "longwave.token-expiring";

    /// <summary>Whether the control event reports lost events; these are shown even in quiet mode.</summary>
    public static bool IsLoss(string type) => type is Gap or Reset;

    /// <summary>Describes the control event as a sentence.</summary>
    /// <param name="notice">The control event.</param>
    /// <param name="since">Requested start of the stream, or null.</param>
    public static string Describe(HubNotice notice, string? since)
    {
        switch (notice.Type)
        {
            case Gap:
                string fate = Member(notice, "reason") == "skipped" ? "were skipped: this client is too slow for them" : "are no longer kept; going on with the oldest that is";
                return $"GAP: events after {Member(notice, "from")} up to {Member(notice, "to")} {fate}.";
            case Reset:
                string why = Member(notice, "reason") switch
                {
                    "unknown-epoch" => "it belongs to another log (the hub's data was replaced)",
                    "ahead" => "it is ahead of the log (the hub's data was put back to an older state)",
                    "malformed" => "it is not a position",
                    var other => other,
                };
                string onward = since is null ? "events that come from now on" : since == "earliest" ? "the oldest event that is kept" : $"the events since {since}";
                return $"RESET: the last position means nothing to this hub: {why}. Going on with {onward}.";
            case Reconnect:
                string reason = Member(notice, "reason") switch
                {
                    "drain" => "it is shutting down or restarting",
                    "age" => "this stream is old",
                    var other => other,
                };
                return $"The hub asks to reconnect: {reason}.";
            case Closed:
                string end = Member(notice, "reason") switch
                {
                    "slow" => "this client did not keep up",
                    "token-expired" => "the token has expired",
                    "revoked" => "the token or the stream was revoked",
                    "grants-narrowed" => "the token that it was renewed with does not grant it",
                    "ended" => "an administrator ended it",
                    var other => other,
                };
                return $"The hub ended the stream: {end}.";
            case TokenExpiring:
                return $"The token expires at {Member(notice, "expires")}; the stream ends then.";
            default:
                return VisibleText.Escape($"The hub says {notice.Type}: {notice.Data}");
        }
    }

    private static string Member(HubNotice notice, string name) => notice.Member(name) is { } member ? VisibleText.Escape(member) : "?";
}
