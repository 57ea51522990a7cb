using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Longwave.Client.Subscriptions;

/// <summary>Event whose data is deserialized to an object on access. Invalid data causes an error only for this event, when its value is read.</summary>
/// <typeparam name="T">Type of the object.</typeparam>
/// <param name="Event">The event as received.</param>
/// <param name="JsonType">Type information for the data.</param>
public sealed record TypedEvent<T>(ReceivedEvent Event, JsonTypeInfo<T> JsonType)
{
    /// <summary>The deserialized data.</summary>
    /// <exception cref="JsonException">The data is not JSON, not of that type, or <c>null</c>.</exception>
    public T Value => Event.Read(JsonType) ?? throw new JsonException($"The data of event {Event.Id} is null.");

    /// <summary>Deserializes the data; false when it is not valid.</summary>
    public bool TryRead([NotNullWhen(true)] out T? value)
    {
        try
        {
            value = Event.Read(JsonType);
            return value is not null;
        }
        catch (JsonException)
        {
            value = default;
            return false;
        }
    }
}
