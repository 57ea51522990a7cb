using Longwave.Protocol.Events;

namespace Longwave.Engine.Topics;

/// <summary>Filter on event types. The completion of a topic passes every filter: it belongs to the topic, not to a type.</summary>
internal static class TypeFilter
{
    /// <summary>Type of an event without one: <c>message</c>, as in EventSource.</summary>
    private const string Untyped = "message";

    public static bool Matches(IReadOnlyList<string> types, string? type)
    {
        if (types.Count == 0 || EventRules.IsCompletion(type))
        {
            return true;
        }

        for (int i = 0; i < types.Count; i++)
        {
            if (string.Equals(types[i], type ?? Untyped, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
