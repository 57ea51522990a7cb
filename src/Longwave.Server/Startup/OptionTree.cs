using System.Reflection;

namespace Longwave.Server.Startup;

/// <summary>Structure of option classes: which properties are sections, and which are lists.</summary>
internal static class OptionTree
{
    /// <summary>True for an option class of Longwave, false for a value.</summary>
    public static bool IsSection(Type type) =>
        type.IsClass && type != typeof(string) && type.Namespace?.StartsWith("Longwave", StringComparison.Ordinal) == true;

    /// <summary>Type of the elements of a list; null when <paramref name="type"/> is not a list.</summary>
    public static Type? ItemType(Type type) =>
        type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) ? type.GetGenericArguments()[0]
        : null;

    /// <summary>The properties of a section.</summary>
    public static IReadOnlyList<PropertyInfo> Keys(Type section) =>
        [.. section.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).OrderBy(p => p.MetadataToken)];
}
