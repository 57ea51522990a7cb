namespace Longwave.Server.Mercure;

/// <summary>One matcher of one open stream.</summary>
/// <param name="Topic">The topic of the updates about it, and its address.</param>
/// <param name="MatchType">The type of its matcher; null for a topic selector of 0.x.</param>
/// <param name="Match">The matcher, as the client wrote it.</param>
/// <param name="Subscriber">The id that the hub gave to the stream.</param>
/// <param name="Payload">The payload of the token, as JSON; null for none.</param>
internal sealed record ActiveSubscription(string Topic, string? MatchType, string Match, string Subscriber, string? Payload)
{
    /// <summary>The dialect of the subscription.</summary>
    public Dialect Dialect => MatchType is null ? Dialect.Legacy : Dialect.Current;

    /// <summary>Path of the subscriptions, below the hub's path.</summary>
    public static string Folder(string hubPath) => $"{hubPath}/subscriptions";

    /// <summary>Topic and path of a subscription, with every variable percent-encoded once (RFC 6570).</summary>
    public static string TopicOf(string hubPath, string? matchType, string match, string subscriber) =>
        $"{Folder(hubPath)}/{(matchType is null ? "" : matchType + "/")}{Uri.EscapeDataString(match)}/{Uri.EscapeDataString(subscriber)}";
}
