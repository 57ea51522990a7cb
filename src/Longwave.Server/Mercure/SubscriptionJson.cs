using System.Buffers;
using System.Text.Json;
using Longwave.Server.Http;

namespace Longwave.Server.Mercure;

/// <summary>The documents about subscriptions: JSON-LD in 0.x, plain JSON in 1.0.</summary>
internal static class SubscriptionJson
{
    private const string Context = "https://mercure.rocks/";

    /// <summary>The document of an update about a subscription.</summary>
    public static byte[] Write(ActiveSubscription subscription, bool isActive)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, JsonResponse.WriterOptions))
        {
            json.WriteStartObject();
            WriteContext(json, subscription.Dialect);
            WriteMembers(json, subscription, isActive);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory.ToArray();
    }

    /// <summary>Writes the first members of a document in a dialect.</summary>
    public static void WriteContext(Utf8JsonWriter json, Dialect dialect)
    {
        if (dialect == Dialect.Legacy)
        {
            json.WriteString("@context"u8, Context);
        }
    }

    /// <summary>Writes the members of one subscription.</summary>
    public static void WriteMembers(Utf8JsonWriter json, ActiveSubscription subscription, bool isActive)
    {
        json.WriteString("id"u8, subscription.Topic);
        json.WriteString("type"u8, subscription.Dialect == Dialect.Legacy ? "Subscription"u8 : "subscription"u8);
        if (subscription.MatchType is { } type)
        {
            json.WriteString("match_type"u8, type);
            json.WriteString("match"u8, subscription.Match);
        }
        else
        {
            json.WriteString("topic"u8, subscription.Match);
        }

        json.WriteString("subscriber"u8, subscription.Subscriber);
        json.WriteBoolean("active"u8, isActive);
        if (subscription.Payload is { } payload)
        {
            json.WritePropertyName("payload"u8);
            json.WriteRawValue(payload);
        }
    }
}
