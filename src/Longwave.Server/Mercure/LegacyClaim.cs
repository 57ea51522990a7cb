using System.Text.Json;
using Longwave.Engine.Access;
using Longwave.Protocol.Selectors;

namespace Longwave.Server.Mercure;

/// <summary>The claim <c>mercure</c> of 0.x tokens: <c>{"publish":[…],"subscribe":[…],"payload":…}</c> (draft 7, "Authorization").</summary>
internal static class LegacyClaim
{
    private const string Shape = "has a claim `mercure` that is not an object of `publish`, `subscribe` and `payload`";

    /// <summary>Reads it; the reader stands at its value, and at its end afterwards. What is wrong, or null.</summary>
    public static string? TryRead(ref Utf8JsonReader reader, int maxGrants, out MercureClaims claims)
    {
        JsonElement claim = JsonElement.ParseValue(ref reader);
        claims = new MercureClaims();
        if (claim.ValueKind != JsonValueKind.Object)
        {
            return claim.ValueKind == JsonValueKind.Null ? null : Shape;
        }

        string? problem = TryReadList(claim, "publish", maxGrants, out List<Grant> publish)
            ?? TryReadList(claim, "subscribe", maxGrants, out List<Grant> subscribe)
            ?? Take(out claims, claim, publish, subscribe);
        return problem;
    }

    private static string? Take(out MercureClaims claims, JsonElement claim, List<Grant> publish, List<Grant> subscribe)
    {
        string? payload = claim.TryGetProperty("payload", out JsonElement found) && found.ValueKind != JsonValueKind.Null ? found.GetRawText() : null;
        claims = new MercureClaims { Publish = publish, Subscribe = subscribe, Payload = payload };
        return null;
    }

    private static string? TryReadList(JsonElement claim, string name, int maxGrants, out List<Grant> grants)
    {
        grants = [];
        if (!claim.TryGetProperty(name, out JsonElement list) || list.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            return Shape;
        }

        if (list.GetArrayLength() > maxGrants)
        {
            return $"has more than {maxGrants} topic selectors of one kind";
        }

        foreach (JsonElement entry in list.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.String || !LegacySelector.TryParse(entry.GetString()!, out Selector? selector))
            {
                return $"has an entry of `mercure.{name}` that is no topic selector";
            }

            grants.Add(new Grant(selector));
        }

        return null;
    }
}
