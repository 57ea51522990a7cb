using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Longwave.Client.Publishing;

/// <summary>An event to publish.</summary>
/// <param name="Topic">Where; 1 to 1,024 bytes of UTF-8 without control characters.</param>
/// <param name="Data">What: UTF-8 text, possibly empty.</param>
public sealed record OutgoingEvent(string Topic, ReadOnlyMemory<byte> Data)
{
    /// <summary>Makes an event of text.</summary>
    public OutgoingEvent(string topic, string data)
        : this(topic, System.Text.Encoding.UTF8.GetBytes(data ?? throw new ArgumentNullException(nameof(data))))
    {
    }

    /// <summary>Its type, by which subscribers can choose; null for none.</summary>
    public string? Type { get; init; }

    /// <summary>What it is about inside its topic; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>Media type of the data, e.g. <c>application/json</c>; null for plain text.</summary>
    public string? ContentType { get; init; }

    /// <summary>Makes an event of an object, as JSON; ahead-of-time compilation and trimming are fine with it.</summary>
    /// <param name="topic">Where.</param>
    /// <param name="data">The object.</param>
    /// <param name="type">From a <c>JsonSerializerContext</c>.</param>
    public static OutgoingEvent Json<T>(string topic, T data, JsonTypeInfo<T> type) =>
        new(topic, JsonSerializer.SerializeToUtf8Bytes(data, type)) { ContentType = "application/json" };
}
