using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Longwave.Client.Publishing;

/// <summary>An event to publish.</summary>
/// <param name="Topic">Topic; 1 to 1,024 bytes of UTF-8 without control characters.</param>
/// <param name="Data">Payload: UTF-8 text, possibly empty.</param>
public sealed record OutgoingEvent(string Topic, ReadOnlyMemory<byte> Data)
{
    /// <summary>Creates an event with text as data.</summary>
    public OutgoingEvent(string topic, string data)
        : this(topic, System.Text.Encoding.UTF8.GetBytes(data ?? throw new ArgumentNullException(nameof(data))))
    {
    }

    /// <summary>
    /// Creates the event that completes a topic: the hub accepts no event after it, and ends the streams of the topic. Publish it in a batch after the last event,
    /// or alone.
    /// </summary>
    /// <param name="topic">The topic.</param>
    public static OutgoingEvent Completion(string topic) => new(topic, ReadOnlyMemory<byte>.Empty) { Type = "longwave.complete" };

    /// <summary>Event type, by which subscribers can filter; null for none.</summary>
    public string? Type { get; init; }

    /// <summary>Key of the entity inside the topic that the event describes, for example an order number; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>Media type of the data, e.g. <c>application/json</c>; null for plain text.</summary>
    public string? ContentType { get; init; }

    /// <summary>Creates an event with an object as JSON data. Works with trimming and ahead-of-time compilation.</summary>
    /// <param name="topic">Topic of the event.</param>
    /// <param name="data">Object to serialize.</param>
    /// <param name="type">Type information from a <c>JsonSerializerContext</c>.</param>
    public static OutgoingEvent Json<T>(string topic, T data, JsonTypeInfo<T> type) =>
        new(topic, JsonSerializer.SerializeToUtf8Bytes(data, type)) { ContentType = "application/json" };
}
