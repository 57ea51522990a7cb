namespace Longwave.Protocol.Urls;

/// <summary>Splits the pattern of a whole URL into patterns of its parts (URL Pattern standard, section 1.6, the constructor string parser).</summary>
internal sealed class UrlPatternString
{
    private readonly string _text;
    private readonly List<UrlPatternToken> _tokens;
    private readonly UrlPatternInit _result = new();
    private State _state;
    private int _at;
    private int _start;
    private int _step;
    private int _groups;
    private int _brackets;
    private bool _isSpecial;

    private UrlPatternString(string text) => (_text, _tokens) = (text, UrlPatternTokenizer.Tokenize(text, isLenient: true)!);

    // Members are in the order of the parts of a URL.
    private enum State
    {
        Init,
        Protocol,
        Authority,
        Username,
        Password,
        Hostname,
        Port,
        Pathname,
        Search,
        Hash,
        Done,
    }

    /// <summary>Parses the text to pattern strings of the parts.</summary>
    public static UrlPatternInit Parse(string text)
    {
        var parser = new UrlPatternString(text);
        parser.Run();
        return parser._result;
    }

    private void Run()
    {
        for (; _at < _tokens.Count; _at += _step)
        {
            _step = 1;
            UrlPatternToken token = _tokens[_at];
            if (token.Kind == UrlPatternTokenKind.End)
            {
                if (!TakeEnd())
                {
                    break;
                }
            }
            else if (token.Kind == UrlPatternTokenKind.Open)
            {
                _groups++;
            }
            else if (_groups > 0)
            {
                _groups -= token.Kind == UrlPatternTokenKind.Close ? 1 : 0;
            }
            else
            {
                Take();
            }
        }

        if (_result.Hostname is not null)
        {
            _result.Port ??= "";
        }
    }

    /// <summary>Handles the end of the input; false if parsing is complete.</summary>
    private bool TakeEnd()
    {
        switch (_state)
        {
            case State.Init:
                // The pattern has no scheme: it is relative.
                Rewind();
                Change(IsHash() ? State.Hash : IsSearch() ? State.Search : State.Pathname, IsHash() || IsSearch() ? 1 : 0);
                return true;
            case State.Authority:
                Rewind();
                _state = State.Hostname;
                return true;
            default:
                Change(State.Done, 0);
                return false;
        }
    }

    private void Take()
    {
        switch (_state)
        {
            case State.Init when Is(_at, ":"):
                Rewind();
                _state = State.Protocol;
                break;
            case State.Protocol when Is(_at, ":"):
                TakeProtocol();
                break;
            case State.Authority when Is(_at, "@"):
                Rewind();
                _state = State.Username;
                break;
            case State.Authority when Is(_at, "/") || IsSearch() || IsHash():
                Rewind();
                _state = State.Hostname;
                break;
            case State.Username when Is(_at, ":"):
                Change(State.Password, 1);
                break;
            case State.Username or State.Password when Is(_at, "@"):
                Change(State.Hostname, 1);
                break;
            case State.Hostname:
                TakeHostname();
                break;
            case State.Port or State.Pathname or State.Search:
                TakeRest();
                break;
        }
    }

    private void TakeProtocol()
    {
        UrlPatternComponent? protocol = UrlPatternComponent.Compile(Part(), "", "", UrlPattern.CanonicalProtocol, out _);
        _isSpecial = protocol is not null && UrlPattern.MatchesSpecial(protocol);
        bool hasSlashes = Is(_at + 1, "/") && Is(_at + 2, "/");
        Change(hasSlashes || _isSpecial ? State.Authority : State.Pathname, hasSlashes ? 3 : 1);
    }

    private void TakeHostname()
    {
        if (Is(_at, "[") || Is(_at, "]"))
        {
            _brackets += Is(_at, "[") ? 1 : -1;
        }
        else if (Is(_at, ":") && _brackets == 0)
        {
            Change(State.Port, 1);
        }
        else
        {
            TakeRest();
        }
    }

    private void TakeRest()
    {
        if (_state < State.Pathname && Is(_at, "/"))
        {
            Change(State.Pathname, 0);
        }
        else if (_state < State.Search && IsSearch())
        {
            Change(State.Search, 1);
        }
        else if (IsHash())
        {
            Change(State.Hash, 1);
        }
    }

    private void Rewind() => (_at, _step) = (_start, 0);

    private void Change(State next, int skip)
    {
        Put(_state, Part());
        if (_state != State.Init && next != State.Done)
        {
            // A skipped part is empty, not a wildcard.
            if (_state < State.Hostname && next > State.Hostname)
            {
                _result.Hostname ??= "";
            }

            if (_state < State.Pathname && next > State.Pathname)
            {
                _result.Pathname ??= _isSpecial ? "/" : "";
            }

            if (_state < State.Search && next > State.Search)
            {
                _result.Search ??= "";
            }
        }

        _state = next;
        _at += skip;
        (_start, _step) = (_at, 0);
    }

    private void Put(State state, string part)
    {
        switch (state)
        {
            case State.Protocol: _result.Protocol = part; break;
            case State.Username: _result.Username = part; break;
            case State.Password: _result.Password = part; break;
            case State.Hostname: _result.Hostname = part; break;
            case State.Port: _result.Port = part; break;
            case State.Pathname: _result.Pathname = part; break;
            case State.Search: _result.Search = part; break;
            case State.Hash: _result.Hash = part; break;
        }
    }

    private string Part() => _text[SafeIndex(_start)..SafeIndex(_at)];

    private int SafeIndex(int token) => _tokens[Math.Min(token, _tokens.Count - 1)].Index;

    private bool Is(int token, string character) =>
        token < _tokens.Count && _tokens[token].Value == character
        && _tokens[token].Kind is UrlPatternTokenKind.Character or UrlPatternTokenKind.Escaped or UrlPatternTokenKind.Invalid;

    private bool IsHash() => Is(_at, "#");

    /// <summary>Whether a question mark starts the query; otherwise it is the modifier of the preceding token.</summary>
    private bool IsSearch() =>
        Is(_at, "?")
        || (_at < _tokens.Count && _tokens[_at].Value == "?" && _tokens[_at].Kind == UrlPatternTokenKind.Modifier
            && (_at == 0 || _tokens[_at - 1].Kind is not (UrlPatternTokenKind.Name or UrlPatternTokenKind.Regexp or UrlPatternTokenKind.Close or UrlPatternTokenKind.Asterisk)));
}
