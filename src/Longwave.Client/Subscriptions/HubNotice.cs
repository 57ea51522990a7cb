using System.Text.Json;

namespace Longwave.Client.Subscriptions;

/// <summary>What a hub says about a stream within the stream (protocol section 5.4).</summary>
/// <param name="Type">E.g. <c>longwave.gap</c>.</param>
/// <param name="Data">A JSON object.</param>
public sealed record HubNotice(string Type, string Data)
{
    internal const string Prefix = "longwave.";
    internal const string Gap = "longwave.gap";
    internal const string Reset = "longwave.reset";
    internal const string Reconnect = "longwave.reconnect";
    internal const string TokenExpiring = "longwave.token-expiring";
    internal const string Closed = "longwave.closed";

    /// <summary>A member of the object as text; null when it is not there, or the data is no object.</summary>
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
