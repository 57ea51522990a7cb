using Longwave.Client.Subscriptions;
using Longwave.Terminals;

namespace Longwave.Tail;

/// <summary>What a hub says about a stream within the stream, in plain words.</summary>
internal static class Notices
{
    /// <summary>Events between two positions are gone.</summary>
    public const string Gap = "longwave.gap";

    /// <summary>The position means nothing in this log.</summary>
    public const string Reset = "longwave.reset";

    /// <summary>The stream ends, and the hub says when to come back.</summary>
    public const string Reconnect = "longwave.reconnect";

    /// <summary>The hub ends the stream because of who holds it.</summary>
    public const string Closed = "longwave.closed";

    /// <summary>The token expires soon.</summary>
    public const string TokenExpiring = "longwave.token-expiring";

    /// <summary>Whether it is about events that will never come, which nobody wants to miss.</summary>
    public static bool IsLoss(string type) => type is Gap or Reset;

    /// <summary>The notice as a sentence.</summary>
    /// <param name="notice">The notice.</param>
    /// <param name="since">Where the stream was asked to begin, or null.</param>
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
