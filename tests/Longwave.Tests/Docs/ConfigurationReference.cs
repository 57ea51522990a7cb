using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Longwave.Tests.Docs;

/// <summary>Generates the table of an options section: each key with default, range and description, followed by its subsections.</summary>
public sealed class ConfigurationReference
{
    private readonly StringBuilder _page = new();

    public override string ToString() => _page.ToString();

    public ConfigurationReference Text(string markdown)
    {
        _page.Append(markdown).Append('\n');
        return this;
    }

    public ConfigurationReference Section(string name, Type options, string description)
    {
        _page.Append(CultureInfo.InvariantCulture, $"\n## {name}\n\n{description}\n\n| key | default | range | what it is |\n|---|---|---|---|\n");
        var defaults = Activator.CreateInstance(options, nonPublic: true)!;
        var below = new List<(string Name, Type Type, string Description)>();
        foreach (var property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            var what = property.GetCustomAttribute<DescriptionAttribute>()?.Description;
            Assert.True(what is not null, $"{options.Name}.{property.Name} has no [Description]: say what it is, its unit, and what happens at its bound");
            if (SectionType(property.PropertyType) is { } type)
            {
                below.Add(($"{name}:{property.Name}{(type == property.PropertyType ? "" : ":N")}", type, what));
            }
            else
            {
                _page.Append(CultureInfo.InvariantCulture, $"| `{property.Name}` | {Value(property.GetValue(defaults))} | {Range(property)} | {GeneratedPage.Cell(what)} |\n");
            }
        }

        below.ForEach(section => Section(section.Name, section.Type, section.Description));
        return this;
    }

    // A class of our own is a section; a list of such classes is a numbered section.
    private static Type? SectionType(Type type)
    {
        var item = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) ? type.GetGenericArguments()[0] : type;
        return item.IsClass && item.Namespace?.StartsWith("Longwave", StringComparison.Ordinal) == true ? item : null;
    }

    private static string Value(object? value) => value switch
    {
        null => "–",
        bool flag => flag ? "`true`" : "`false`",
        System.Collections.ICollection { Count: 0 } => "none",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => $"`{value}`",
    };

    private static string Range(PropertyInfo property)
    {
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            return $"{Bound(range.Minimum)} to {Bound(range.Maximum)}";
        }

        return property.PropertyType.IsEnum ? string.Join(", ", Enum.GetNames(property.PropertyType).Select(name => $"`{name}`")) : "";
    }

    private static string Bound(object bound) => bound switch
    {
        >= (double)long.MaxValue => "any",
        IFormattable number => number.ToString("N0", CultureInfo.InvariantCulture),
        _ => $"`{bound}`",
    };
}
