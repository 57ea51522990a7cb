using System.Globalization;
using System.Text;

namespace Longwave.Protocol.Selectors;

/// <summary>
/// Recognizes the wildcards of other systems: <c>*</c> and <c>**</c> of paths, <c>+</c> and <c>#</c> of MQTT, <c>&gt;</c> of NATS. As an exact topic such a
/// selector would match nothing, and its subscriber would wait without success.
/// </summary>
internal static class Wildcards
{
    private const string Separators = "/.:";

    /// <summary>Names the URI template that an exact topic with wildcards means; null for a topic without them.</summary>
    public static string? Explain(string topic)
    {
        var template = new StringBuilder(topic.Length + 16);
        int variables = 0;
        for (int i = 0; i < topic.Length; i++)
        {
            bool isStart = i == 0 || Separators.Contains(topic[i - 1]);
            bool isEnd = i == topic.Length - 1;
            bool isDouble = topic[i] == '*' && !isEnd && topic[i + 1] == '*';
            bool isRest = isDouble || (isStart && isEnd && i > 0 && topic[i] is ('#' or '>'));
            if (isRest || topic[i] == '*' || (topic[i] == '+' && isStart && (isEnd || Separators.Contains(topic[i + 1]))))
            {
                template.Append(CultureInfo.InvariantCulture, $"{{{(isRest ? "+" : "")}v{++variables}}}");
                i += isDouble ? 1 : 0;
            }
            else
            {
                template.Append(topic[i]);
            }
        }

        return variables == 0
            ? null
            : $"Wildcards such as '*', '**', '+', '#' and '>' are not supported inside a selector. Write '{template}', a URI template: '{{v}}' matches the text up to the next '/', '{{+v}}' also matches '/'.";
    }
}
