using System.Text;
using System.Text.RegularExpressions;

namespace Longwave.Protocol.Urls;

/// <summary>Parses a pattern string (URL Pattern standard, section 2.1.5).</summary>
internal ref struct UrlPatternParser
{
    private readonly List<UrlPatternToken> _tokens;
    private readonly string _delimiter;
    private readonly string _prefix;
    private readonly Func<string, string?> _canonicalize;
    private readonly List<UrlPatternPart> _parts = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly StringBuilder _pending = new();
    private int _at;
    private bool _failed;

    private UrlPatternParser(List<UrlPatternToken> tokens, string delimiter, string prefix, Func<string, string?> canonicalize) =>
        (_tokens, _delimiter, _prefix, _canonicalize) = (tokens, delimiter, prefix, canonicalize);

    /// <summary>Parses a pattern string to its parts; null if it is not valid.</summary>
    public static List<UrlPatternPart>? Parse(string pattern, string delimiter, string prefix, Func<string, string?> canonicalize)
    {
        if (UrlPatternTokenizer.Tokenize(pattern, isLenient: false) is not { } tokens)
        {
            return null;
        }

        var parser = new UrlPatternParser(tokens, delimiter, prefix, canonicalize);
        while (!parser._failed && parser._at < tokens.Count)
        {
            parser.ParseNext();
        }

        return parser._failed ? null : parser._parts;
    }

    private void ParseNext()
    {
        string? character = Take(UrlPatternTokenKind.Character)?.Value;
        UrlPatternToken? name = Take(UrlPatternTokenKind.Name);
        UrlPatternToken? group = TakeGroup(name);
        if (name is not null || group is not null)
        {
            string prefix = character ?? "";
            if (prefix.Length > 0 && prefix != _prefix)
            {
                _pending.Append(prefix);
                prefix = "";
            }

            AddPending();
            AddGroup(prefix, name, group, "", TakeModifier());
            return;
        }

        string? fixedText = character ?? Take(UrlPatternTokenKind.Escaped)?.Value;
        if (fixedText is not null)
        {
            _pending.Append(fixedText);
        }
        else if (Take(UrlPatternTokenKind.Open) is not null)
        {
            ParseBraces();
        }
        else
        {
            AddPending();
            _failed |= Take(UrlPatternTokenKind.End) is null;
        }
    }

    private void ParseBraces()
    {
        string prefix = TakeText();
        UrlPatternToken? name = Take(UrlPatternTokenKind.Name);
        UrlPatternToken? group = TakeGroup(name);
        string suffix = TakeText();
        if (Take(UrlPatternTokenKind.Close) is null)
        {
            _failed = true;
            return;
        }

        char modifier = TakeModifier();
        if (name is null && group is null && modifier == '\0')
        {
            // Braces around text only separate it from adjacent tokens.
            _pending.Append(prefix).Append(suffix);
            return;
        }

        AddPending();
        AddGroup(prefix, name, group, suffix, modifier);
    }

    private void AddGroup(string prefix, UrlPatternToken? name, UrlPatternToken? group, string suffix, char modifier)
    {
        if (name is { } named && !_names.Add(named.Value))
        {
            _failed = true;
            return;
        }

        string? regexp = group switch
        {
            { Kind: UrlPatternTokenKind.Asterisk } => UrlPatternPart.Everything,
            { } custom => custom.Value,
            null when name is not null => _delimiter.Length == 0 ? ".+?" : $"[^{Regex.Escape(_delimiter)}]+?",
            _ => null,
        };
        string? canonicalPrefix = Canonical(prefix);
        string? canonicalSuffix = Canonical(suffix);
        if (canonicalPrefix is null || canonicalSuffix is null)
        {
            _failed = true;
        }
        else if (regexp is null)
        {
            _parts.Add(new UrlPatternPart(null, canonicalPrefix + canonicalSuffix, "", modifier));
        }
        else
        {
            _parts.Add(new UrlPatternPart(regexp, canonicalPrefix, canonicalSuffix, modifier));
        }
    }

    private void AddPending()
    {
        if (_pending.Length == 0)
        {
            return;
        }

        string? text = _canonicalize(_pending.ToString());
        _pending.Clear();
        if (text is null)
        {
            _failed = true;
        }
        else
        {
            _parts.Add(new UrlPatternPart(null, text, "", '\0'));
        }
    }

    private readonly string? Canonical(string text) => text.Length == 0 ? "" : _canonicalize(text);

    private string TakeText()
    {
        var text = new StringBuilder();
        while ((Take(UrlPatternTokenKind.Character) ?? Take(UrlPatternTokenKind.Escaped)) is { } token)
        {
            text.Append(token.Value);
        }

        return text.ToString();
    }

    /// <summary>Reads a regular expression or <c>*</c>; the latter only without a preceding name, where it would be a modifier.</summary>
    private UrlPatternToken? TakeGroup(UrlPatternToken? name) =>
        Take(UrlPatternTokenKind.Regexp) ?? (name is null ? Take(UrlPatternTokenKind.Asterisk) : null);

    private char TakeModifier() => (Take(UrlPatternTokenKind.Modifier) ?? Take(UrlPatternTokenKind.Asterisk)) is { } token ? token.Value[0] : '\0';

    private UrlPatternToken? Take(UrlPatternTokenKind kind) => _at < _tokens.Count && _tokens[_at].Kind == kind ? _tokens[_at++] : null;
}
