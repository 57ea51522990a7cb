using System.Buffers;
using Longwave.Protocol.Urls;
using Longwave.Server.Http;

namespace Longwave.Server.Publish;

/// <summary>Topics that only the hub publishes to: those at and below its own URL (draft 8, "Publication").</summary>
internal static class ReservedTopics
{
    private static readonly SearchValues<string> Suspicious = SearchValues.Create(["mercure", "%", "?", "#"], StringComparison.Ordinal);

    private static readonly UrlParts AnyHub = UrlParts.Parse($"http://localhost{HubAddress.Path}")!;

    /// <summary>Whether the topic, resolved against the hub's URL and normalized, is that URL or below it.</summary>
    public static bool IsReserved(string topic, UrlParts hub) => PathOf(topic, hub) is { } path && (path == hub.NormalPath || IsBelow(path, hub));

    /// <summary>Whether the topic can be reserved. Nearly none can, and only for these the hub's URL is needed.</summary>
    public static bool IsSuspicious(string topic) => topic.AsSpan().ContainsAny(Suspicious);

    /// <summary>Whether the topic is below the hub's URL, where the updates about subscriptions are.</summary>
    public static bool IsBelow(string topic, string hubUrl) =>
        UrlParts.Parse(hubUrl) is { } hub && PathOf(topic, hub) is { } path && IsBelow(path, hub);

    /// <summary>Whether the topic is below the URL of a hub at any prefix, for a publish without a request that names the hub's URL.</summary>
    public static bool IsBelowAnyHub(string topic, string? hubUrl) => IsSuspicious(topic)
        && (PathOf(topic, AnyHub)?.Contains($"{HubAddress.Path}/", StringComparison.Ordinal) == true || (hubUrl is not null && IsBelow(topic, hubUrl)));

    private static bool IsBelow(string path, UrlParts hub) => path.StartsWith(hub.NormalPath + "/", StringComparison.Ordinal);

    /// <summary>The normalized path; null if the topic cannot be reserved, as nearly every topic.</summary>
    private static string? PathOf(string topic, UrlParts hub) =>
        IsSuspicious(topic) && UrlParts.Parse(topic, hub) is { HasOpaquePath: false } url ? url.NormalPath : null;
}
