using System.Text.Json;
using Longwave.Engine.Access;
using Longwave.Protocol.Selectors;
using Longwave.Protocol.Urls;
using Longwave.Server.Identity;

namespace Longwave.Server.Mercure;

/// <summary>The claim <c>authorization_details</c> (RFC 9396) of 1.0 tokens (draft 8, "Authorization Details").</summary>
/// <remarks>If the hub cannot interpret a detail of the protocol, it rejects the whole token, because the rest may not be what the issuer meant.</remarks>
internal sealed class AuthorizationDetails : IGrantVocabulary
{
    /// <summary>The type of the protocol's details; the short one is from earlier versions of the draft.</summary>
    public static readonly IReadOnlyList<string> Types = ["https://mercure.rocks/authorization-detail", "mercure"];

    private const string Shape = "has malformed `authorization_details`";

    /// <inheritdoc/>
    public bool Knows(string claim, TokenHeader header) => header.IsAccessToken && claim == "authorization_details";

    /// <inheritdoc/>
    public string? TryRead(ref Utf8JsonReader reader, TokenScope scope, out ClaimedGrants grants)
    {
        JsonElement details = JsonElement.ParseValue(ref reader);
        grants = new MercureClaims();
        if (details.ValueKind != JsonValueKind.Array || UrlParts.Parse(scope.HubUrl) is not { } hub)
        {
            return Shape;
        }

        long cost = 0;
        var publish = new List<Grant>();
        var subscribe = new List<Grant>();
        var payloads = new List<(IReadOnlyList<Grant>, string?)>();
        foreach (JsonElement detail in details.EnumerateArray())
        {
            if (detail.ValueKind != JsonValueKind.Object || !ClaimJson.HasEachMemberOnce(detail) || !detail.TryGetProperty("type", out JsonElement type) || type.ValueKind != JsonValueKind.String)
            {
                return Shape;
            }

            if (Types.Contains(type.GetString()) && TryReadDetail(detail, hub, scope, ref cost, publish, subscribe, payloads) is { } problem)
            {
                return problem;
            }

            if (publish.Count > scope.MaxGrants || subscribe.Count > scope.MaxGrants)
            {
                return $"has more than {scope.MaxGrants} topic matchers of one kind";
            }
        }

        grants = new MercureClaims { Publish = publish, Subscribe = subscribe, Details = payloads };
        return null;
    }

    private static string? TryReadDetail(
        JsonElement detail,
        UrlParts hub,
        TokenScope scope,
        ref long cost,
        List<Grant> publish,
        List<Grant> subscribe,
        List<(IReadOnlyList<Grant>, string?)> payloads)
    {
        if (!detail.TryGetProperty("actions", out JsonElement actions) || actions.ValueKind != JsonValueKind.Array || actions.GetArrayLength() == 0
            || actions.EnumerateArray().Any(static action => action.ValueKind != JsonValueKind.String))
        {
            return "has an authorization detail whose `actions` is not a list of names";
        }

        if (!detail.TryGetProperty("topics", out JsonElement topics) || topics.ValueKind != JsonValueKind.Array || topics.GetArrayLength() == 0)
        {
            return "has an authorization detail without `topics`";
        }

        var grants = new List<Grant>();
        foreach (JsonElement topic in topics.EnumerateArray())
        {
            if (TryReadMatcher(topic, hub) is not { } selector)
            {
                return "has an authorization detail with an invalid topic matcher";
            }

            if (scope.Charge(ref cost, selector) is { } problem)
            {
                return problem;
            }

            grants.Add(new Grant(selector));
        }

        // Unknown actions grant nothing and are ignored.
        bool subscribes = actions.EnumerateArray().Any(static action => action.ValueEquals("subscribe"));
        publish.AddRange(actions.EnumerateArray().Any(static action => action.ValueEquals("publish")) ? grants : []);
        subscribe.AddRange(subscribes ? grants : []);
        if (subscribes)
        {
            payloads.Add((grants, detail.TryGetProperty("payload", out JsonElement payload) && payload.ValueKind != JsonValueKind.Null ? payload.GetRawText() : null));
        }

        return null;
    }

    private static Selector? TryReadMatcher(JsonElement topic, UrlParts hub)
    {
        if (topic.ValueKind != JsonValueKind.Object || !ClaimJson.HasEachMemberOnce(topic)
            || !topic.TryGetProperty("match", out JsonElement match) || match.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        string type = TopicMatcher.Exact;
        if (topic.TryGetProperty("match_type", out JsonElement named))
        {
            type = named.ValueKind == JsonValueKind.String ? named.GetString()! : "";
        }

        return TopicMatcher.TryParse(type, match.GetString()!, hub, out Selector? selector, out _) ? selector : null;
    }
}
