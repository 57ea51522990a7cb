using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Longwave.Protocol.Positions;

namespace Longwave.Client.Subscriptions;

/// <summary>An event that a subscription received.</summary>
/// <param name="Id">Its position in the log, e.g. <c>5f3a9c1e-1042</c>; of another server whatever it says; empty when it says nothing.</param>
/// <param name="Type">Its type; <c>message</c> when it has none.</param>
/// <param name="Data">What was published, as text.</param>
public sealed record ReceivedEvent(string Id, string Type, string Data)
{
    /// <summary>Its topic; null in <see cref="SubscriptionFormat.Raw"/>.</summary>
    public string? Topic { get; init; }

    /// <summary>What it is about inside its topic; null when it has no key, and in <see cref="SubscriptionFormat.Raw"/>.</summary>
    public string? Key { get; init; }

    /// <summary>When the log took it, or the time that its publisher gave; null in <see cref="SubscriptionFormat.Raw"/>.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Media type of <see cref="Data"/>; null when the publisher did not say.</summary>
    public string? ContentType { get; init; }

    /// <summary>The whole event as one CloudEvents JSON object; null in <see cref="SubscriptionFormat.Raw"/>.</summary>
    public string? CloudEvent { get; init; }

    /// <summary>The position that <see cref="Id"/> is; null when it is none.</summary>
    public Position? Position => Protocol.Positions.Position.TryParse(Id, out Position position) ? position : null;

    /// <summary>The data as an object; ahead-of-time compilation and trimming are fine with it.</summary>
    /// <param name="type">From a <c>JsonSerializerContext</c>.</param>
    /// <exception cref="JsonException">The data is not JSON, or not of that type.</exception>
    public T? Read<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Data, type);
}
