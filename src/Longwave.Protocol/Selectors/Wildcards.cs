using System.Globalization;
using System.Text;

namespace Longwave.Protocol.Selectors;

/// <summary>
/// Recognizes the wildcards of other systems: <c>+</c> and <c>#</c> of MQTT, <c>&gt;</c> of NATS, and stars in a template, which is no glob. A selector with
/// one of them would match nothing, and its subscriber would wait without success.
/// </summary>
internal static class Wildcards
{
    private const string Separators = "/.:";

    /// <summary>Names the glob or template that a selector with such wildcards means; null for a selector without them.</summary>
    /// <param name="selector">An exact topic, a glob, or a template.</param>
    public static string? Explain(string selector)
    {
        bool isTemplate = selector.Contains('{');
        var meant = new StringBuilder(selector.Length + 16);
        int found = 0;
        for (int i = 0; i < selector.Length; i++)
        {
            if (selector[i] == '{')
            {
                int end = selector.IndexOf('}', i);
                end = end < 0 ? selector.Length - 1 : end;
                meant.Append(selector, i, end + 1 - i);
                i = end;
                continue;
            }

            bool isStart = i == 0 || Separators.Contains(selector[i - 1]);
            bool isEnd = i == selector.Length - 1;
            bool isStar = selector[i] == '*' && isTemplate;
            bool isDouble = isStar && !isEnd && selector[i + 1] == '*';
            bool isRest = isDouble || (isStart && isEnd && i > 0 && selector[i] is ('#' or '>'));
            if (isStar || isRest || (selector[i] == '+' && isStart && (isEnd || Separators.Contains(selector[i + 1]))))
            {
                found++;
                meant.Append(isTemplate ? string.Create(CultureInfo.InvariantCulture, $"{{{(isRest ? "+" : "")}v{found}}}") : isRest && selector[i - 1] == '/' ? "**" : "*");
                i += isDouble ? 1 : 0;
            }
            else
            {
                meant.Append(selector[i]);
            }
        }

        return found == 0 ? null
            : isTemplate ? $"A URI template has no wildcards such as '*', '+', '#' and '>'. Write '{meant}': '{{v}}' matches the text up to the next '/', '{{+v}}' also matches '/'."
            : $"The wildcards '+', '#' and '>' are not supported. Write '{meant}': '*' matches the text up to the next '/', '**' also matches '/'.";
    }
}
