using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Longwave.Hubs;

namespace Longwave.Publish;

/// <summary>What became of one publish request.</summary>
/// <param name="Positions">Where its events stand, in their order.</param>
/// <param name="Duplicates">How many of them the log had already.</param>
/// <param name="Failure">Why nothing of it was published; null when all of it was.</param>
internal sealed record PublishReply(IReadOnlyList<string> Positions, int Duplicates, HubFailure? Failure)
{
    public static PublishReply Failed(HubFailure failure) => new([], 0, failure);

    /// <summary>Reads <c>{"id":"…","duplicate":true}</c> or <c>{"ids":["…"],"duplicates":1}</c>.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out PublishReply? reply)
    {
        reply = null;
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.TryGetProperty("id", out JsonElement id))
            {
                bool duplicate = root.TryGetProperty("duplicate", out JsonElement d) && d.ValueKind == JsonValueKind.True;
                reply = new PublishReply([id.GetString() ?? ""], duplicate ? 1 : 0, null);
                return true;
            }

            if (root.TryGetProperty("ids", out JsonElement ids))
            {
                int duplicates = root.TryGetProperty("duplicates", out JsonElement n) && n.TryGetInt32(out int count) ? count : 0;
                reply = new PublishReply([.. ids.EnumerateArray().Select(static e => e.GetString() ?? "")], duplicates, null);
                return true;
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not an answer of a hub; said by the caller.
        }

        return false;
    }
}
