using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Access;

/// <summary>Permissions of a caller: the same model for tokens, API keys and anonymous access. Immutable; for any thread.</summary>
public sealed class GrantSet
{
    private static readonly Grant[] AnyTopic = [new Grant(Selector.Any)];

    /// <summary>No permission.</summary>
    public static GrantSet Nothing { get; } = new();

    /// <summary>Every permission. A hub without authentication gives it to every caller.</summary>
    public static GrantSet Everything { get; } = new() { Publish = AnyTopic, Subscribe = AnyTopic, IsAdmin = true };

    /// <summary>Grants to publish. An event with several topics needs a grant for each topic.</summary>
    public IReadOnlyList<Grant> Publish { get; init; } = [];

    /// <summary>Grants to read. An event with several topics needs a grant for one of them.</summary>
    public IReadOnlyList<Grant> Subscribe { get; init; } = [];

    /// <summary>Whether the caller may list and end the streams of others, and revoke.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>Whether the caller may publish an event of this type to this topic.</summary>
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
