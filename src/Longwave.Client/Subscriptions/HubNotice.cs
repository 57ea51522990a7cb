using System.Globalization;
using System.Text.Json;

namespace Longwave.Client.Subscriptions;

/// <summary>Message of a hub about a stream, sent within the stream (protocol section 5.4).</summary>
/// <param name="Type">Type, e.g. <c>longwave.gap</c>.</param>
/// <param name="Data">Data, a JSON object.</param>
public sealed record HubNotice(string Type, string Data)
{
    internal const string Prefix = "longwave.";
    internal const string Gap = "longwave.gap";
    internal const string Reset = "longwave.reset";
    internal const string Reconnect = "longwave.reconnect";
    internal const string TokenExpiring = "longwave.token-expiring";
    internal const string Complete = "longwave.complete";
    internal const string Closed = "longwave.closed";
    internal const string Unavailable = "longwave.unavailable";

    /// <summary>The reconnection time of the message; null without one.</summary>
    internal TimeSpan? Retry => int.TryParse(Member("retry"), NumberStyles.None, CultureInfo.InvariantCulture, out int ms) ? TimeSpan.FromMilliseconds(ms) : null;

    /// <summary>Returns a member of the object as text; null when it is missing or the data is not an object.</summary>
    public string? Member(string name)
    {
        try
        {
            using var document = JsonDocument.Parse(Data);
            return document.RootElement.TryGetProperty(name, out JsonElement member) ? member.ToString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
