using Longwave.Engine.Access;
using Longwave.Server.Identity;

namespace Longwave.Server.Mercure;

/// <summary>The rights and payloads that a token grants in a claim of the protocol. <see cref="ClaimedGrants.Subscribe"/> are the private updates that it may read.</summary>
internal sealed class MercureClaims : ClaimedGrants
{
    /// <summary>0.x: the payload of all its subscriptions, a JSON value; null for none.</summary>
    public string? Payload { get; init; }

    /// <summary>1.0: topics and payload of each detail that grants subscribing, in their order.</summary>
    public IReadOnlyList<(IReadOnlyList<Grant> Topics, string? Payload)> Details { get; init; } = [];

    /// <summary>The claims of the protocol in a caller's token, or null.</summary>
    public static MercureClaims? Of(Caller caller) => caller.Claimed.OfType<MercureClaims>().FirstOrDefault();

    /// <summary>The payload of a subscription, as JSON: of the first detail that covers it (draft 8, "Payloads"), or the token's; null for none.</summary>
    /// <param name="matcher">The matcher of the subscription, as the client wrote it.</param>
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
