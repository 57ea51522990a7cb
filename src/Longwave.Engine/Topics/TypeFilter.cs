namespace Longwave.Engine.Topics;

/// <summary>The filter on event types.</summary>
internal static class TypeFilter
{
    /// <summary>An event without a type is a <c>message</c>, as it is for EventSource.</summary>
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
