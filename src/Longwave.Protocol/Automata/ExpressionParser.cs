namespace Longwave.Protocol.Automata;

/// <summary>
/// Parses the regular expressions of URL patterns, in the syntax of .NET: alternatives, groups that do not capture, quantifiers, classes, anchors and
/// word boundaries. Look-around, references and inline options are rejected, because an automaton cannot match them.
/// </summary>
internal ref struct ExpressionParser
{
    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private bool _failed;

    private ExpressionParser(ReadOnlySpan<char> text) => _text = text;

    private readonly bool IsAtEnd => _failed || _at >= _text.Length;

    /// <summary>Parses an expression; null if it is not valid or not supported.</summary>
    public static Expression? TryParse(ReadOnlySpan<char> text)
    {
        var parser = new ExpressionParser(text);
        Expression parsed = parser.ParseChoice();
        return parser._failed || parser._at < text.Length ? null : parsed;
    }

    private Expression ParseChoice()
    {
        List<Expression> items = [ParseSequence()];
        while (!IsAtEnd && _text[_at] == '|')
        {
            _at++;
            items.Add(ParseSequence());
        }

        return Expression.Choice(items);
    }

    private Expression ParseSequence()
    {
        List<Expression> items = [];
        while (!IsAtEnd && _text[_at] is not ('|' or ')'))
        {
            items.Add(ParseQuantified());
        }

        return Expression.Sequence(items);
    }

    private Expression ParseQuantified()
    {
        Expression item = ParseAtom();
        if (IsAtEnd || !TryReadQuantifier(out int least, out int most))
        {
            return item;
        }

        // A lazy quantifier matches the same texts.
        _at += !IsAtEnd && _text[_at] == '?' ? 1 : 0;
        _failed |= least > most || (!IsAtEnd && TryReadQuantifier(out _, out _));
        return _failed ? Expression.Empty : Expression.Repeat(item, least, most);
    }

    private Expression ParseAtom()
    {
        if (TryReadQuantifier(out _, out _))
        {
            return Fail();
        }

        char c = _text[_at++];
        return c switch
        {
            '(' => ParseGroup(),
            '[' => Expression.OneOf(ParseClass()),
            '.' => Expression.OneOf(CharacterSet.All),
            '^' => Expression.At(Operation.AtStart),
            '$' => Expression.At(Operation.AtEnd),
            '\\' => ParseEscape(),
            _ => Expression.OneOf(CharacterSet.Of(c)),
        };
    }

    private Expression ParseGroup()
    {
        if (!_text[_at..].StartsWith("?:"))
        {
            return Fail();
        }

        _at += 2;
        Expression group = ParseChoice();
        if (IsAtEnd)
        {
            return Fail();
        }

        _at++;
        return group;
    }

    private Expression ParseEscape()
    {
        if (IsAtEnd)
        {
            return Fail();
        }

        switch (_text[_at])
        {
            case 'b':
                _at++;
                return Expression.At(Operation.AtWordBoundary);
            case 'B':
                _at++;
                return Expression.At(Operation.NotAtWordBoundary);
            case 'A':
                _at++;
                return Expression.At(Operation.AtStart);
            case 'z' or 'Z':
                // Parts of URLs contain no line feed, before which Z would also match.
                _at++;
                return Expression.At(Operation.AtEnd);
            case >= '1' and <= '9' when _at + 1 >= _text.Length || !char.IsAsciiDigit(_text[_at + 1]):
                // A reference to a group; two digits or more are the octal code of a character.
                return Fail();
            default:
                return Expression.OneOf(TryReadSet(out CharacterSet set) ? set : CharacterSet.Of(ReadCharacter()));
        }
    }

    /// <summary>Reads a class after its opening bracket, to its closing bracket.</summary>
    private CharacterSet ParseClass()
    {
        bool isNegated = !IsAtEnd && _text[_at] == '^';
        _at += isNegated ? 1 : 0;
        UInt128 bits = 0;
        UInt128 removed = 0;
        for (bool isFirst = true; ; isFirst = false)
        {
            if (IsAtEnd)
            {
                _failed = true;
                return default;
            }

            if (_text[_at] == ']' && !isFirst)
            {
                _at++;
                return new CharacterSet((isNegated ? ~bits : bits) & ~removed, isNegated);
            }

            if (!isFirst && StartsSubtraction())
            {
                _at += 2;
                removed = ParseClass().Ascii;
                _failed |= IsAtEnd || _text[_at] != ']';
                continue;
            }

            bits |= ParseClassItem();
        }
    }

    /// <summary>Whether a class is subtracted here: <c>[a-z-[aeiou]]</c>.</summary>
    private readonly bool StartsSubtraction() => _text[_at..].StartsWith("-[");

    /// <summary>Reads a set, a character or a range in a class.</summary>
    private UInt128 ParseClassItem()
    {
        char first = _text[_at++];
        if (first == '[' && !IsAtEnd && _text[_at] == ':')
        {
            _failed = true;
            return 0;
        }

        if (first == '\\')
        {
            if (TryReadSet(out CharacterSet set))
            {
                return set.Ascii;
            }

            first = ReadCharacter();
        }

        // A hyphen before the closing bracket or a subtraction is a character, or ends the item.
        if (_failed || _at + 1 >= _text.Length || _text[_at] != '-' || _text[_at + 1] is ']' or '[')
        {
            return CharacterSet.Of(first).Ascii;
        }

        _at++;
        char last = _text[_at++];
        last = last == '\\' ? ReadCharacter() : last;
        _failed |= first > last;
        return CharacterSet.Where(c => c >= first && c <= last).Ascii;
    }

    /// <summary>Reads the name of a set of characters after a backslash: <c>d</c>, <c>w</c>, <c>s</c>, <c>p{Lu}</c>, or its complement.</summary>
    private bool TryReadSet(out CharacterSet set)
    {
        set = default;
        if (IsAtEnd || _text[_at] is not ('d' or 'D' or 'w' or 'W' or 's' or 'S' or 'p' or 'P'))
        {
            return false;
        }

        char name = _text[_at++];
        UInt128 bits = char.ToLowerInvariant(name) switch
        {
            'd' => CharacterSet.Where(char.IsAsciiDigit).Ascii,
            'w' => CharacterSet.Word.Ascii,
            's' => CharacterSet.Where(char.IsWhiteSpace).Ascii,
            _ => ReadCategory(),
        };
        bool isComplement = char.IsAsciiLetterUpper(name);
        set = new CharacterSet(isComplement ? ~bits : bits, isComplement);
        return true;
    }

    /// <summary>Reads a Unicode category in braces: <c>{L}</c> or <c>{Lu}</c>.</summary>
    private UInt128 ReadCategory()
    {
        // The categories in the order of UnicodeCategory.
        const string Names = "LuLlLtLmLoMnMcMeNdNlNoZsZlZpCcCfCsCoPcPdPsPePiPfPoSmScSkSoCn";
        int end = _text[_at..].IndexOf('}');
        if (IsAtEnd || _text[_at] != '{' || end is not (2 or 3))
        {
            _failed = true;
            return 0;
        }

        string name = _text.Slice(_at + 1, end - 1).ToString();
        _at += end + 1;
        bool isKnown = false;
        for (int i = 0; i < Names.Length; i += 2)
        {
            isKnown |= Names.AsSpan(i, 2).StartsWith(name);
        }

        _failed |= !isKnown;
        return CharacterSet.Where(c => Names.AsSpan(2 * (int)char.GetUnicodeCategory(c), 2).StartsWith(name)).Ascii;
    }

    /// <summary>Reads an escaped character after its backslash.</summary>
    private char ReadCharacter()
    {
        if (IsAtEnd)
        {
            _failed = true;
            return '\0';
        }

        char c = _text[_at++];
        switch (c)
        {
            case >= '0' and <= '7':
                _at--;
                return ReadNumber(8, 1, 3);
            case 'x':
                return ReadNumber(16, 2, 2);
            case 'u':
                return ReadNumber(16, 4, 4);
            case 'c':
                char letter = IsAtEnd ? '\0' : char.ToUpperInvariant(_text[_at++]);
                _failed |= letter is < '@' or > '_';
                return (char)(letter & 31);
            case 'a' or 'b' or 'e' or 'f' or 'n' or 'r' or 't' or 'v':
                return "\a\b\u001b\f\n\r\t\v"["abefnrtv".IndexOf(c, StringComparison.Ordinal)];
            default:
                _failed |= CharacterSet.Word.HasAscii(c);
                return c;
        }
    }

    private char ReadNumber(int radix, int least, int most)
    {
        int value = 0;
        int digits = 0;
        for (; digits < most && !IsAtEnd && char.IsAsciiHexDigit(_text[_at]) && Convert.ToInt32(_text[_at].ToString(), 16) is int digit && digit < radix; digits++)
        {
            value = (value * radix) + digit;
            _at++;
        }

        _failed |= digits < least;
        return (char)(radix == 8 ? value & 255 : value);
    }

    /// <summary>Reads a quantifier, except the mark of a lazy one. Braces without numbers are ordinary characters.</summary>
    private bool TryReadQuantifier(out int least, out int most)
    {
        (least, most) = (0, Expression.Unlimited);
        switch (_text[_at])
        {
            case '*':
                _at++;
                return true;
            case '+':
                _at++;
                least = 1;
                return true;
            case '?':
                _at++;
                most = 1;
                return true;
            case '{':
                return TryReadBraces(out least, out most);
            default:
                return false;
        }
    }

    private bool TryReadBraces(out int least, out int most)
    {
        (least, most) = (0, Expression.Unlimited);
        int close = _text[_at..].IndexOf('}');
        if (close < 2)
        {
            return false;
        }

        ReadOnlySpan<char> body = _text.Slice(_at + 1, close - 1);
        int comma = body.IndexOf(',');
        ReadOnlySpan<char> first = comma < 0 ? body : body[..comma];
        ReadOnlySpan<char> second = comma < 0 ? first : body[(comma + 1)..];
        if (first.IsEmpty || first.ContainsAnyExceptInRange('0', '9') || second.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        _at += close + 1;
        _failed |= !int.TryParse(first, out least) || (!second.IsEmpty && !int.TryParse(second, out most));
        return true;
    }

    private Expression Fail()
    {
        _failed = true;
        return Expression.Empty;
    }
}
