namespace Longwave.Protocol.Tests.Selectors;

/// <summary>RFC 6570 backwards by trying everything: slow and plain, to hold the real matcher against.</summary>
internal static class NaiveTemplate
{
    public static bool Matches(string template, string topic)
    {
        int open = template.IndexOf('{', StringComparison.Ordinal);
        string literal = open < 0 ? template : template[..open];
        if (!topic.StartsWith(literal, StringComparison.Ordinal))
        {
            return false;
        }

        topic = topic[literal.Length..];
        if (open < 0)
        {
            return topic.Length == 0;
        }

        int close = template.IndexOf('}', open);
        string body = template[(open + 1)..close];
        char op = "+#./;?&".Contains(body[0], StringComparison.Ordinal) ? body[0] : '\0';
        string[] names = (op == '\0' ? body : body[1..]).Split(',');
        string rest = template[(close + 1)..];

        // Every choice of defined variables, every way to split the topic among them.
        return Enumerable.Range(0, 1 << names.Length).Any(defined =>
            Expand(op, [.. names.Where((_, i) => (defined & (1 << i)) != 0)], 0, topic, left => Matches(rest, left)));
    }

    private static bool Expand(char op, string[] names, int index, string topic, Func<string, bool> then)
    {
        if (index == names.Length)
        {
            return then(topic);
        }

        string before = index == 0
            ? op is '\0' or '+' ? "" : op.ToString()
            : op switch { '\0' or '+' or '#' => ",", '?' or '&' => "&", _ => op.ToString() };
        if (!topic.StartsWith(before, StringComparison.Ordinal))
        {
            return false;
        }

        topic = topic[before.Length..];
        if (op is not (';' or '?' or '&'))
        {
            return Values(op, topic, left => Expand(op, names, index + 1, left, then));
        }

        if (!topic.StartsWith(names[index], StringComparison.Ordinal))
        {
            return false;
        }

        topic = topic[names[index].Length..];
        return (op == ';' && Expand(op, names, index + 1, topic, then))
            || (topic.StartsWith('=') && Values(op, topic[1..], left => Expand(op, names, index + 1, left, then)));
    }

    private static bool Values(char op, string topic, Func<string, bool> then)
    {
        int length = 0;
        while (true)
        {
            if (then(topic[length..]))
            {
                return true;
            }

            if (length < topic.Length && IsAllowed(op, topic[length]))
            {
                length++;
            }
            else if (length + 2 < topic.Length && topic[length] == '%' && char.IsAsciiHexDigit(topic[length + 1]) && char.IsAsciiHexDigit(topic[length + 2]))
            {
                length += 3;
            }
            else
            {
                return false;
            }
        }
    }

    private static bool IsAllowed(char op, char c) =>
        c >= 0xA0 || char.IsAsciiLetterOrDigit(c) || "-._~,".Contains(c, StringComparison.Ordinal)
        || (op is '+' or '#' && ":/?#[]@!$&'()*+,;=".Contains(c, StringComparison.Ordinal));
}
