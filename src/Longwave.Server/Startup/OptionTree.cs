using System.Reflection;

namespace Longwave.Server.Startup;

/// <summary>How option classes nest: what is a section of its own, and what is a list.</summary>
internal static class OptionTree
{
    /// <summary>True for an option class of ours, false for a value.</summary>
    public static bool IsSection(Type type) =>
        type.IsClass && type != typeof(string) && type.Namespace?.StartsWith("Longwave", StringComparison.Ordinal) == true;

    /// <summary>What a list holds, or null when <paramref name="type"/> is no list.</summary>
    public static Type? ItemType(Type type) =>
        type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) ? type.GetGenericArguments()[0]
        : null;

    /// <summary>What can be set in a section.</summary>
    public static IReadOnlyList<PropertyInfo> Keys(Type section) =>
        [.. section.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).OrderBy(p => p.MetadataToken)];
}
