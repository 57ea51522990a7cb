using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Longwave.Protocol.Positions;

namespace Longwave.Client.Subscriptions;

/// <summary>An event that a subscription received.</summary>
/// <param name="Id">Position in the log, e.g. <c>5f3a9c1e-1042</c>. From another server, any last event id; empty when the server sent none.</param>
/// <param name="Type">Event type; <c>message</c> for an event without a type.</param>
/// <param name="Data">Published data as text.</param>
public sealed record ReceivedEvent(string Id, string Type, string Data)
{
    /// <summary>Topic: the first one of the event that the subscription may read. Null from another server.</summary>
    public string? Topic { get; init; }

    /// <summary>Key of the entity inside the topic; null for an event without a key, and in <see cref="SubscriptionFormat.Raw"/>.</summary>
    public string? Key { get; init; }

    /// <summary>Time at which the hub appended the event, or the time that its publisher set; null in <see cref="SubscriptionFormat.Raw"/>.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Media type of <see cref="Data"/>; <c>text/plain</c> when the publisher set none, null for a CloudEvent without one and in <see cref="SubscriptionFormat.Raw"/>.</summary>
    public string? ContentType { get; init; }

    /// <summary>Whole event as one CloudEvents JSON object; null in <see cref="SubscriptionFormat.Raw"/>.</summary>
    public string? CloudEvent { get; init; }

    /// <summary><see cref="Id"/> as a position; null when the id is not a position.</summary>
    public Position? Position => Protocol.Positions.Position.TryParse(Id, out Position position) ? position : null;

    /// <summary>Deserializes the data from JSON. Works with trimming and ahead-of-time compilation.</summary>
    /// <param name="type">Type information from a <c>JsonSerializerContext</c>.</param>
    /// <exception cref="JsonException">The data is not JSON, or not of that type.</exception>
    public T? Read<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Data, type);
}
