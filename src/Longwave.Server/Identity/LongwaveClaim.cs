using System.Text.Json;
using Longwave.Engine.Access;
using Longwave.Protocol.Selectors;

namespace Longwave.Server.Identity;

/// <summary>
/// The claim <c>longwave</c>: <c>{"publish":[…],"subscribe":[…],"admin":true}</c>, where a grant is a selector or
/// <c>{"topic":"prices/{symbol}","types":["trade"]}</c>.
/// </summary>
internal sealed class LongwaveClaim : IGrantVocabulary
{
    private const int MaxTypes = 100;

    private const string Shape = "has a claim `longwave` that is not an object of `publish`, `subscribe` and `admin`";

    /// <inheritdoc/>
    public bool Knows(string claim, TokenHeader header) => claim == "longwave";

    /// <inheritdoc/>
    /// <remarks>If the hub cannot interpret an entry, it rejects the whole token.</remarks>
    public string? TryRead(ref Utf8JsonReader reader, TokenScope scope, out ClaimedGrants grants)
    {
        grants = new ClaimedGrants();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return Shape;
        }

        long cost = 0;
        List<Grant>? publish = null;
        List<Grant>? subscribe = null;
        bool? admin = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isPublish = reader.ValueTextEquals("publish"u8) && publish is null;
            bool isSubscribe = reader.ValueTextEquals("subscribe"u8) && subscribe is null;
            bool isAdmin = reader.ValueTextEquals("admin"u8) && admin is null;
            reader.Read();
            if (isAdmin && reader.TokenType is JsonTokenType.True or JsonTokenType.False)
            {
                admin = reader.TokenType == JsonTokenType.True;
            }
            else if (!isPublish && !isSubscribe)
            {
                return Shape;
            }
            else if (TryReadList(ref reader, scope, ref cost, isPublish ? publish = [] : subscribe = []) is { } problem)
            {
                return problem;
            }
        }

        grants = new ClaimedGrants { Publish = publish ?? [], Subscribe = subscribe ?? [], IsAdmin = admin ?? false };
        return null;
    }

    private static string? TryReadList(ref Utf8JsonReader reader, TokenScope scope, ref long cost, List<Grant> grants)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return Shape;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (grants.Count >= scope.MaxGrants)
            {
                return $"has more than {scope.MaxGrants} grants of one kind";
            }

            string? topic = null;
            List<string>? types = null;
            if (reader.TokenType == JsonTokenType.String)
            {
                topic = reader.GetString();
            }
            else if (reader.TokenType != JsonTokenType.StartObject || !TryReadGrant(ref reader, ref topic, ref types))
            {
                return Shape;
            }

            if (topic is null || !Selector.TryParse(topic, out Selector? selector, out _))
            {
                return $"has a grant that is not a topic selector (entry {grants.Count} of its list)";
            }

            if (scope.Charge(ref cost, selector) is { } problem)
            {
                return problem;
            }

            grants.Add(new Grant(selector, types ?? []));
        }

        return null;
    }

    /// <summary>Reads a grant with types. An empty list of types is rejected: its author meant no type, and no types means every type.</summary>
    private static bool TryReadGrant(ref Utf8JsonReader reader, ref string? topic, ref List<string>? types)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isTopic = reader.ValueTextEquals("topic"u8) && topic is null;
            bool isTypes = reader.ValueTextEquals("types"u8) && types is null;
            reader.Read();
            if (isTopic)
            {
                topic = TokenJson.Text(ref reader);
            }
            else if (!isTypes || reader.TokenType != JsonTokenType.StartArray || (types = TokenJson.Texts(ref reader, MaxTypes)) is not { Count: > 0 })
            {
                return false;
            }
        }

        return topic is not null;
    }
}
