using System.Text.Json;

namespace Longwave.Server.Mercure;

/// <summary>Strictness for the JSON objects inside the claims of the protocol.</summary>
internal static class ClaimJson
{
    /// <summary>Whether no member of the object is repeated. Two parsers may choose different ones, so a repeated member is ambiguous.</summary>
    public static bool HasEachMemberOnce(JsonElement item)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return item.EnumerateObject().All(member => names.Add(member.Name));
    }
}
