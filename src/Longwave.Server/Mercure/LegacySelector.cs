using System.Diagnostics.CodeAnalysis;
using Longwave.Protocol.Selectors;

namespace Longwave.Server.Mercure;

/// <summary>Topic selectors of 0.x: <c>*</c>, a URI template, or any other string, which selects exactly that topic. There are no globs.</summary>
internal static class LegacySelector
{
    /// <summary>Reads a selector; text that is not a template is an exact topic. False when it is not a valid topic.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Selector? selector)
    {
        if (!Selector.TryParseTemplate(text, out selector) && text.Length is > 0 and <= Selector.MaxLength && !text.Any(char.IsControl))
        {
            selector = Selector.Exact(text);
        }

        return selector is not null;
    }
}
