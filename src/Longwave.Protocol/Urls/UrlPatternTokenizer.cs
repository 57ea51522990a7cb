using System.Text;

namespace Longwave.Protocol.Urls;

/// <summary>Splits a pattern string into tokens (URL Pattern standard, section 2.1.3).</summary>
internal static class UrlPatternTokenizer
{
    /// <summary>The tokens, with the end as the last one; null if a token is not valid and <paramref name="isLenient"/> is false.</summary>
    public static List<UrlPatternToken>? Tokenize(string text, bool isLenient)
    {
        var tokens = new List<UrlPatternToken>();
        for (int at = 0; at < text.Length;)
        {
            int length;
            UrlPatternToken token;
            char c = text[at];
            switch (c)
            {
                case '*':
                    (token, length) = (new UrlPatternToken(UrlPatternTokenKind.Asterisk, at, "*"), 1);
                    break;
                case '+' or '?':
                    (token, length) = (new UrlPatternToken(UrlPatternTokenKind.Modifier, at, c.ToString()), 1);
                    break;
                case '{':
                    (token, length) = (new UrlPatternToken(UrlPatternTokenKind.Open, at, "{"), 1);
                    break;
                case '}':
                    (token, length) = (new UrlPatternToken(UrlPatternTokenKind.Close, at, "}"), 1);
                    break;
                case '\\' when at + 1 < text.Length:
                    string escaped = CharacterAt(text, at + 1);
                    (token, length) = (new UrlPatternToken(UrlPatternTokenKind.Escaped, at, escaped), 1 + escaped.Length);
                    break;
                case ':' when NameLength(text, at + 1) is > 0 and int nameLength:
                    (token, length) = (new UrlPatternToken(UrlPatternTokenKind.Name, at, text.Substring(at + 1, nameLength)), 1 + nameLength);
                    break;
                case '(' when RegexpLength(text, at + 1) is > 0 and int regexpLength:
                    (token, length) = (new UrlPatternToken(UrlPatternTokenKind.Regexp, at, text.Substring(at + 1, regexpLength)), 2 + regexpLength);
                    break;
                default:
                    bool isInvalid = c is '\\' or ':' or '(';
                    if (isInvalid && !isLenient)
                    {
                        return null;
                    }

                    string character = CharacterAt(text, at);
                    (token, length) = (new UrlPatternToken(isInvalid ? UrlPatternTokenKind.Invalid : UrlPatternTokenKind.Character, at, character), character.Length);
                    break;
            }

            tokens.Add(token);
            at += length;
        }

        tokens.Add(new UrlPatternToken(UrlPatternTokenKind.End, text.Length, ""));
        return tokens;
    }

    private static string CharacterAt(string text, int at)
    {
        _ = Rune.DecodeFromUtf16(text.AsSpan(at), out _, out int length);
        return text.Substring(at, length);
    }

    private static int NameLength(string text, int start)
    {
        int at = start;
        while (at < text.Length && (char.IsLetter(text[at]) || text[at] is '_' or '$' || (at > start && (char.IsDigit(text[at]) || char.IsLowSurrogate(text[at]))) || char.IsHighSurrogate(text[at])))
        {
            at++;
        }

        return at - start;
    }

    /// <summary>Length of the expression between the parentheses; zero if it is not a regular expression allowed there. Inner groups must not capture.</summary>
    private static int RegexpLength(string text, int start)
    {
        int depth = 1;
        for (int at = start; at < text.Length; at++)
        {
            char c = text[at];
            if (!char.IsAscii(c) || (at == start && c == '?'))
            {
                return 0;
            }

            if (c == '\\')
            {
                if (++at >= text.Length || !char.IsAscii(text[at]))
                {
                    return 0;
                }
            }
            else if (c == ')' && --depth == 0)
            {
                return at - start;
            }
            else if (c == '(')
            {
                depth++;
                if (!text.AsSpan(at).StartsWith("(?:", StringComparison.Ordinal))
                {
                    return 0;
                }
            }
        }

        return 0;
    }
}
