namespace Longwave.Engine.Topics;

/// <summary>Filter on event types.</summary>
internal static class TypeFilter
{
    /// <summary>Type of an event without one: <c>message</c>, as in EventSource.</summary>
    private const string Untyped = "message";

    public static bool Matches(IReadOnlyList<string> types, string? type)
    {
        if (types.Count == 0)
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
