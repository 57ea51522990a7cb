using Longwave.Engine.Access;

namespace Longwave.Server.Mercure;

/// <summary>What a token says in the protocol's words.</summary>
internal sealed class MercureClaims
{
    /// <summary>Where it may publish.</summary>
    public IReadOnlyList<Grant> Publish { get; init; } = [];

    /// <summary>Which private updates it may read.</summary>
    public IReadOnlyList<Grant> Subscribe { get; init; } = [];

    /// <summary>0.x: the payload of all its subscriptions, a JSON value; null for none.</summary>
    public string? Payload { get; init; }

    /// <summary>1.0: topics and payload of each detail that lets subscribe, in their order.</summary>
    public IReadOnlyList<(IReadOnlyList<Grant> Topics, string? Payload)> Details { get; init; } = [];

    /// <summary>The payload of a subscription, as JSON: of the first detail that covers it (draft 8, "Payloads"), or the token's; null for none.</summary>
    /// <param name="matcher">What the subscription asks for, as it was written.</param>
    public string? PayloadOf(string matcher)
    {
        foreach ((IReadOnlyList<Grant> topics, string? payload) in Details)
        {
            if (topics.Any(grant => grant.Selector.Matches(matcher)))
            {
                return payload;
            }
        }

        return Payload;
    }
}
