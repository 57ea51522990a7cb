using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Access;

/// <summary>What somebody may do: the one model behind tokens, API keys and anonymous access. Immutable, used from any thread.</summary>
public sealed class GrantSet
{
    private static readonly Grant[] AnyTopic = [new Grant(Selector.Any)];

    /// <summary>Nothing at all.</summary>
    public static GrantSet Nothing { get; } = new();

    /// <summary>Everything: a hub that authenticates nobody gives this to whoever reaches it.</summary>
    public static GrantSet Everything { get; } = new() { Publish = AnyTopic, Subscribe = AnyTopic, IsAdmin = true };

    /// <summary>Where it may publish; an event with several topics needs a grant for each.</summary>
    public IReadOnlyList<Grant> Publish { get; init; } = [];

    /// <summary>What it may read; of an event with several topics one must be granted.</summary>
    public IReadOnlyList<Grant> Subscribe { get; init; } = [];

    /// <summary>Whether it may look at and end the streams of others, and revoke.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>Whether it may publish an event of this type to this topic.</summary>
    public bool MayPublish(string topic, string? type)
    {
        for (int i = 0; i < Publish.Count; i++)
        {
            if (Publish[i].Allows(topic, type))
            {
                return true;
            }
        }

        return false;
    }
}
