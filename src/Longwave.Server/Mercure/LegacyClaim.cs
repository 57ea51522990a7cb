using System.Text.Json;
using Longwave.Engine.Access;
using Longwave.Protocol.Selectors;
using Longwave.Server.Identity;

namespace Longwave.Server.Mercure;

/// <summary>The claim <c>mercure</c> of 0.x tokens: <c>{"publish":[…],"subscribe":[…],"payload":…}</c> (draft 7, "Authorization").</summary>
internal sealed class LegacyClaim : IGrantVocabulary
{
    private const string Shape = "has a claim `mercure` that is not an object of `publish`, `subscribe` and `payload`";

    /// <inheritdoc/>
    public bool Knows(string claim, TokenHeader header) => !header.IsAccessToken && claim is "mercure" or "https://mercure.rocks/";

    /// <inheritdoc/>
    public string? TryRead(ref Utf8JsonReader reader, TokenScope scope, out ClaimedGrants grants)
    {
        JsonElement claim = JsonElement.ParseValue(ref reader);
        grants = new MercureClaims();
        if (claim.ValueKind != JsonValueKind.Object)
        {
            return claim.ValueKind == JsonValueKind.Null ? null : Shape;
        }

        if (!ClaimJson.HasEachMemberOnce(claim))
        {
            return "has a claim `mercure` with a duplicate member";
        }

        long cost = 0;
        List<Grant> subscribe = [];
        string? problem = TryReadList(claim, "publish", scope, ref cost, out List<Grant> publish)
            ?? TryReadList(claim, "subscribe", scope, ref cost, out subscribe);
        if (problem is null)
        {
            string? payload = claim.TryGetProperty("payload", out JsonElement found) && found.ValueKind != JsonValueKind.Null ? found.GetRawText() : null;
            grants = new MercureClaims { Publish = publish, Subscribe = subscribe, Payload = payload };
        }

        return problem;
    }

    private static string? TryReadList(JsonElement claim, string name, TokenScope scope, ref long cost, out List<Grant> grants)
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

        if (list.GetArrayLength() > scope.MaxGrants)
        {
            return $"has more than {scope.MaxGrants} topic selectors of one kind";
        }

        foreach (JsonElement entry in list.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.String || !LegacySelector.TryParse(entry.GetString()!, out Selector? selector))
            {
                return $"has an entry of `mercure.{name}` that is not a topic selector";
            }

            if (scope.Charge(ref cost, selector) is { } problem)
            {
                return problem;
            }

            grants.Add(new Grant(selector));
        }

        return null;
    }
}
