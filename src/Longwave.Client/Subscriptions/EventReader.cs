using System.Globalization;
using System.Text;
using System.Text.Json;
using Longwave.Protocol.EventStream;

namespace Longwave.Client.Subscriptions;

/// <summary>Converts what a hub sends to events: server-sent events, CloudEvents in them, and the objects of a poll.</summary>
internal static class EventReader
{
    /// <summary>Reads an event of a stream. When a CloudEvent was requested and the data is something else, the event is returned unchanged.</summary>
    /// <param name="e">The event.</param>
    /// <param name="format">The requested format.</param>
    /// <param name="topic">Topic in the fields of the event; null for none.</param>
    public static ReceivedEvent FromStream(in ServerSentEvent e, SubscriptionFormat format, string? topic = null)
    {
        if (format == SubscriptionFormat.CloudEvents && e.Data.StartsWith('{'))
        {
            try
            {
                using var document = JsonDocument.Parse(e.Data);
                return FromJson(document.RootElement, e.LastEventId);
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                // The server is not a Longwave hub, or a proxy changed the data.
            }
        }

        return new ReceivedEvent(e.LastEventId, e.Type, e.Data) { Topic = topic };
    }

    /// <summary>The data of a notice. A completion is an event of the log, so with CloudEvents it is inside one.</summary>
    public static string NoticeData(in ServerSentEvent e) =>
        e.Type == HubNotice.Complete && FromStream(e, SubscriptionFormat.CloudEvents) is { CloudEvent: not null } completion ? completion.Data : e.Data;

    /// <summary>Reads an event of a poll: a CloudEvent or the native object (protocol section 8).</summary>
    /// <exception cref="InvalidOperationException">The object is neither.</exception>
    public static ReceivedEvent FromPoll(JsonElement e) => FromJson(
        e, Text(e, "position") ?? Text(e, "id") ?? throw new InvalidOperationException("An event of the response has no position."));

    private static ReceivedEvent FromJson(JsonElement e, string id) => new(id, Text(e, "type") ?? "message", Data(e))
    {
        Topic = Text(e, "topic"),
        Key = Text(e, "key"),
        ContentType = Text(e, "datacontenttype"),
        Time = DateTimeOffset.TryParse(Text(e, "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null,
        CloudEvent = e.TryGetProperty("specversion", out _) ? e.GetRawText() : null,
    };

    /// <summary>
    /// Returns the data as text. A string is its content, except under a JSON media type, which is also the default of a CloudEvent: then it is JSON with quotes, as it
    /// was published.
    /// </summary>
    private static string Data(JsonElement e)
    {
        if (e.TryGetProperty("data_base64", out JsonElement base64) && base64.ValueKind == JsonValueKind.String && base64.TryGetBytesFromBase64(out byte[]? bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        if (!e.TryGetProperty("data", out JsonElement data))
        {
            return "";
        }

        bool isJson = Text(e, "datacontenttype") is { } type ? IsJson(type) : e.TryGetProperty("specversion", out _);
        return data.ValueKind == JsonValueKind.String && !isJson ? data.GetString()! : data.GetRawText();
    }

    private static bool IsJson(string contentType)
    {
        ReadOnlySpan<char> type = contentType;
        int parameters = type.IndexOf(';');
        type = (parameters < 0 ? type : type[..parameters]).TrimEnd();
        return type.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    private static string? Text(JsonElement e, string name) =>
        e.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
