using Longwave.Protocol.Selectors;

namespace Longwave.Server.Identity;

/// <summary>The context outside a token that the meaning of its claims depends on.</summary>
/// <param name="MaxGrants">Limit of grants of one kind.</param>
/// <param name="MaxCost">Limit of the cost of the patterns of one claim. Claims are read before the signature is verified, so any client can send them.</param>
/// <param name="HubUrl">URL of the hub (<c>…/.well-known/mercure</c>), the base of relative URL patterns.</param>
internal readonly record struct TokenScope(int MaxGrants, long MaxCost, string HubUrl)
{
    /// <summary>The problem of a claim whose patterns cost more than the limit, or null.</summary>
    /// <param name="cost">Cost of the grants so far; rises by that of the selector.</param>
    /// <param name="selector">Selector of the next grant.</param>
    public string? Charge(ref long cost, Selector selector)
    {
        cost += selector.Cost;
        return cost > MaxCost ? $"has grants whose patterns cost {cost}; the limit is {MaxCost}" : null;
    }
}
