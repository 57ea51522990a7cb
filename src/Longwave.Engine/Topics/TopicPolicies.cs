using Longwave.Engine.Configuration;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Topics;

/// <summary>Lookup of the policy of a topic: the first whose selector matches.</summary>
internal sealed class TopicPolicies
{
    private static readonly TopicPolicy Default = new();

    private readonly (Selector Selector, TopicPolicy Policy)[] _policies;

    public TopicPolicies(IEnumerable<TopicPolicy> policies)
    {
        _policies = [.. policies.Select(policy => Selector.TryParse(policy.Selector, out Selector? selector, out string? error)
            ? (selector!, policy)
            : throw new ArgumentException($"The selector '{policy.Selector}' of a topic policy is not valid: {error}", nameof(policies)))];
    }

    /// <summary>Whether any policy handles slow subscribers in another way than catching up.</summary>
    public bool AnySlow => Array.Exists(_policies, static one => one.Policy.SlowConsumer != SlowConsumer.CatchUp);

    public TopicPolicy For(string topic)
    {
        foreach ((Selector selector, TopicPolicy policy) in _policies)
        {
            if (selector.Matches(topic))
            {
                return policy;
            }
        }

        return Default;
    }
}
