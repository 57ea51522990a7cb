using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Longwave.Client.Subscriptions;

/// <summary>An event whose data is an object. One that can't be read spoils nothing but itself: it shows when the value is asked for.</summary>
/// <typeparam name="T">The object.</typeparam>
/// <param name="Event">The event as it came.</param>
/// <param name="JsonType">How the data is read.</param>
public sealed record TypedEvent<T>(ReceivedEvent Event, JsonTypeInfo<T> JsonType)
{
    /// <summary>The object.</summary>
    /// <exception cref="JsonException">The data is not JSON, not of that type, or <c>null</c>.</exception>
    public T Value => Event.Read(JsonType) ?? throw new JsonException($"The data of event {Event.Id} is null.");

    /// <summary>The object, without an exception for data that is none.</summary>
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
