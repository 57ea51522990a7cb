using System.Text.Json;

namespace Longwave.BadDays.Tests.Following;

/// <summary>Reads the response of a poll.</summary>
internal static class PollReading
{
    /// <summary>Passes on control events and events; returns the position for the next poll.</summary>
    public static string Read(byte[] answer, Action<Received> take)
    {
        using JsonDocument document = JsonDocument.Parse(answer);
        if (document.RootElement.TryGetProperty("notices", out JsonElement notices))
        {
            Take(notices, take);
        }

        Take(document.RootElement.GetProperty("events"), take);
        return document.RootElement.GetProperty("next").GetString()!;
    }

    /// <summary>An event as native JSON, or a control event, which has no id.</summary>
    public static Received ToReceived(JsonElement json) => new(
        json.TryGetProperty("id", out JsonElement id) ? id.GetString()! : "",
        json.TryGetProperty("type", out JsonElement type) ? type.GetString()! : "message",
        json.GetProperty("data").GetString()!);

    private static void Take(JsonElement list, Action<Received> take)
    {
        foreach (JsonElement item in list.EnumerateArray())
        {
            take(ToReceived(item));
        }
    }
}
