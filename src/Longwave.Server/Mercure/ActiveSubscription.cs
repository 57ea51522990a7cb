namespace Longwave.Server.Mercure;

/// <summary>One matcher of one open stream.</summary>
/// <param name="Topic">The topic of the updates about it, and its address.</param>
/// <param name="MatchType">The type of its matcher; null for a topic selector of 0.x.</param>
/// <param name="Match">The matcher, as it was written.</param>
/// <param name="Subscriber">Whose it is: an id that the hub has given to the stream.</param>
/// <param name="Payload">What the token adds, as JSON; null for nothing.</param>
internal sealed record ActiveSubscription(string Topic, string? MatchType, string Match, string Subscriber, string? Payload)
{
    /// <summary>The dialect that it was made in.</summary>
    public Dialect Dialect => MatchType is null ? Dialect.Legacy : Dialect.Current;

    /// <summary>Where subscriptions are, below the hub's path.</summary>
    public static string Folder(string hubPath) => $"{hubPath}/subscriptions";

    /// <summary>Topic and address, every variable percent-encoded once (RFC 6570).</summary>
    public static string TopicOf(string hubPath, string? matchType, string match, string subscriber) =>
        $"{Folder(hubPath)}/{(matchType is null ? "" : matchType + "/")}{Uri.EscapeDataString(match)}/{Uri.EscapeDataString(subscriber)}";
}
