using System.Globalization;
using System.Reflection;
using Longwave.Server.Http;
using Microsoft.Extensions.Configuration;

namespace Longwave.Server.Startup;

/// <summary>Finds unknown configuration keys, so that a misspelt limit does not silently keep its default.</summary>
public static class UnknownKeys
{
    /// <summary>Returns one sentence for each key below <paramref name="configuration"/> that <paramref name="options"/> does not have.</summary>
    /// <param name="configuration">The section (or root) that is bound.</param>
    /// <param name="options">The option class it is bound to.</param>
    /// <param name="others">Other sections that another component reads, with their option classes.</param>
    public static IReadOnlyList<string> Find(IConfiguration configuration, Type options, IReadOnlyDictionary<string, Type>? others = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(options);
        var sentences = new List<string>();
        Dictionary<string, Type> known = OptionTree.Keys(options).ToDictionary(p => p.Name, p => p.PropertyType, StringComparer.OrdinalIgnoreCase);
        foreach ((string name, Type type) in others ?? new Dictionary<string, Type>())
        {
            known[name] = type;
        }

        Check(configuration, known, sentences);
        return sentences;
    }

    private static void Check(IConfiguration configuration, Dictionary<string, Type> known, List<string> sentences)
    {
        foreach (IConfigurationSection child in configuration.GetChildren())
        {
            if (!known.TryGetValue(child.Key, out Type? type))
            {
                string hint = Suggestion.Nearest(child.Key, known.Keys) is { } near
                    ? $"did you mean `{near}`?"
                    : $"known here: {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}.";
                sentences.Add($"Unknown configuration key `{child.Path}`: {hint}");
            }
            else if (OptionTree.IsSection(type))
            {
                CheckSection(child, type, sentences);
            }
            else if (OptionTree.ItemType(type) is Type item)
            {
                CheckList(child, item, sentences);
            }
            else if (child.GetChildren().Any())
            {
                sentences.Add($"Configuration key `{child.Path}` must have one value, not a section.");
            }
        }
    }

    private static void CheckSection(IConfigurationSection section, Type type, List<string> sentences)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            sentences.Add($"Configuration key `{section.Path}` is a section and cannot have a value itself.");
        }

        Check(section, OptionTree.Keys(type).ToDictionary((PropertyInfo p) => p.Name, p => p.PropertyType, StringComparer.OrdinalIgnoreCase), sentences);
    }

    private static void CheckList(IConfigurationSection list, Type item, List<string> sentences)
    {
        foreach (IConfigurationSection entry in list.GetChildren())
        {
            if (!int.TryParse(entry.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                sentences.Add($"Configuration key `{list.Path}` is a list: `{entry.Key}` is not an index.");
            }
            else if (OptionTree.IsSection(item))
            {
                CheckSection(entry, item, sentences);
            }
        }
    }
}
