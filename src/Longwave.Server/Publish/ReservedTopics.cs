using System.Buffers;
using Longwave.Protocol.Urls;

namespace Longwave.Server.Publish;

/// <summary>Topics that only the hub itself publishes to: those at and below its own address (draft 8, "Publication").</summary>
internal static class ReservedTopics
{
    private static readonly SearchValues<string> Suspicious = SearchValues.Create(["mercure", "%", "?", "#"], StringComparison.Ordinal);

    /// <summary>Whether the topic, resolved against the hub's address and however it is spelt, is that address or below it.</summary>
    public static bool IsReserved(string topic, UrlParts hub) => PathOf(topic, hub) is { } path && (path == hub.NormalPath || IsBelow(path, hub));

    /// <summary>Whether it is below it, where the updates about subscriptions are.</summary>
    public static bool IsBelow(string topic, string hubUrl) =>
        UrlParts.Parse(hubUrl) is { } hub && PathOf(topic, hub) is { } path && IsBelow(path, hub);

    private static bool IsBelow(string path, UrlParts hub) => path.StartsWith(hub.NormalPath + "/", StringComparison.Ordinal);

    /// <summary>The normal path; null for what can't be meant, which is nearly every topic.</summary>
    private static string? PathOf(string topic, UrlParts hub) =>
        topic.AsSpan().ContainsAny(Suspicious) && UrlParts.Parse(topic, hub) is { HasOpaquePath: false } url ? url.NormalPath : null;
}
