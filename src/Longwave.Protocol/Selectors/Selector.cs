using System.Diagnostics.CodeAnalysis;
using Longwave.Protocol.Automata;
using Longwave.Protocol.Events;
using Longwave.Protocol.Urls;

namespace Longwave.Protocol.Selectors;

/// <summary>
/// Topics of a subscription or a grant: one topic, <c>*</c>, a glob such as <c>prices/*</c>, an RFC 6570 URI template such as <c>prices/{symbol}</c>, or a URL
/// pattern.
/// </summary>
/// <remarks>
/// <para>A topic matches a template if some values of its variables expand to the topic (RFC 6570, all four levels). A variable matches
/// unreserved characters, percent-encoded ones, commas (lists) and all above ASCII; <c>{+var}</c> and <c>{#var}</c> also match reserved
/// characters. A value may be empty, a variable may be undefined.</para>
/// <para>In a glob, <c>*</c> matches any characters except <c>/</c>, also none. <c>**</c> is a whole part between <c>/</c>: at the end it matches any characters,
/// before the end any number of parts, also none. All other characters match themselves.</para>
/// <para>A pattern is compiled once to an automaton of limited size, and shared by all its users. Matching examines each character of the topic at
/// most once for a glob or a template, and once for a URL pattern after the topic was parsed. It is thread-safe.</para>
/// </remarks>
public sealed class Selector : IEquatable<Selector>
{
    /// <summary>Maximum length of a selector, in UTF-16 characters; it bounds the compiled form.</summary>
    public const int MaxLength = 2048;

    /// <summary>Maximum number of variables in one template.</summary>
    public const int MaxVariables = 32;

    // A new topic is compared with every pattern in sequence: the cache parses it once for all patterns with the same base.
    [ThreadStatic]
    private static (string Topic, UrlParts Base, UrlParts? Url) _parsed;

    // Work of a match before any character is examined, in characters: measured, a call costs about as much as eight of them.
    private const int MatchWork = 8;

    // Not seen by a client: the work of a request runs again on another thread.
    private const string NotCompiled = "The limit of compilation of the current thread is used up.";

    // Work of parsing a topic as a URL, in characters for each of its characters.
    private const int ParseWork = 8;

    private readonly Automaton? _automaton;
    private readonly UrlPattern? _pattern;

    private Selector(string text, SelectorKind kind, Automaton? automaton = null)
    {
        (Text, Kind, _automaton) = (text, kind, automaton);
        Prefix = kind switch
        {
            SelectorKind.Exact => text,
            SelectorKind.Template => text[..text.IndexOf('{')],
            SelectorKind.Glob => text[..text.IndexOf('*')],
            _ => "",
        };
    }

    private Selector(string text, UrlPattern pattern, UrlParts baseUrl)
        : this(text, SelectorKind.UrlPattern) => (_pattern, Base) = (pattern, baseUrl);

    /// <summary>The selector of every topic, <c>*</c>.</summary>
    public static Selector Any { get; } = new(EventRules.AnyTopic, SelectorKind.Any);

    /// <summary>The text as written.</summary>
    public string Text { get; }

    /// <summary>How the selector matches topics.</summary>
    public SelectorKind Kind { get; }

    /// <summary>Whether every topic must be compared with it: it is neither one topic nor <c>*</c>.</summary>
    public bool IsPattern => Kind is not (SelectorKind.Exact or SelectorKind.Any);

    /// <summary>Common prefix of all matching topics: the whole text of an exact selector, empty for <c>*</c> and for URL patterns.</summary>
    public string Prefix { get; }

    /// <summary>Base URL of a URL pattern; null for every other selector.</summary>
    public UrlParts? Base { get; }

    /// <summary>
    /// Cost of the selector: the transitions of its automaton (2 bytes each), plus one for each 4 steps that its compilation took, plus a constant for
    /// its objects. 0 for one topic and <c>*</c>.
    /// </summary>
    public int Cost => _automaton?.Cost ?? _pattern?.Cost ?? 0;

    /// <summary>Common prefix of the index keys (<see cref="KeyOf"/>) of all matching topics.</summary>
    public string KeyPrefix => _pattern?.Prefix ?? Prefix;

    /// <summary>Parses a selector. Text with a brace is a template; other text with a star is a glob, and without one an exact topic.</summary>
    /// <param name="text">The text.</param>
    /// <param name="selector">The selector.</param>
    /// <param name="error">What is wrong and at which character; the text is for the subscriber.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Selector? selector, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        selector = null;
        error = null;
        if (text.Length > MaxLength)
        {
            error = $"The selector has {text.Length} characters; the limit is {MaxLength}.";
            return false;
        }

        if (text is EventRules.AnyTopic)
        {
            selector = Any;
            return true;
        }

        bool isTemplate = text.AsSpan().ContainsAny('{', '}');
        if (!isTemplate && !text.Contains('*', StringComparison.Ordinal))
        {
            error = EventRules.CheckTopic(text)?.Detail ?? Wildcards.Explain(text);
            selector = error is null ? new Selector(text, SelectorKind.Exact) : null;
            return selector is not null;
        }

        return (error = Wildcards.Explain(text)) is null
            && TryCompile(text, isTemplate ? SelectorKind.Template : SelectorKind.Glob, out selector, out error);
    }

    /// <summary>Parses a selector of Mercure 0.x, which has no globs: text without a brace is one topic, and wildcards are ordinary characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="selector">The selector; null if the text has a brace and is not a template.</param>
    public static bool TryParseTemplate(string text, [NotNullWhen(true)] out Selector? selector)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan().ContainsAny('{', '}'))
        {
            selector = null;
            return text.Length <= MaxLength && TryCompile(text, SelectorKind.Template, out selector, out _);
        }

        selector = text is EventRules.AnyTopic ? Any : EventRules.CheckTopic(text) is null ? new Selector(text, SelectorKind.Exact) : null;
        return selector is not null;
    }

    private static bool TryCompile(string text, SelectorKind kind, [NotNullWhen(true)] out Selector? selector, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (SelectorCache.Shared.TryGet(kind, text, null, out selector))
        {
            return true;
        }

        Automaton? automaton = null;
        error = CompilationLimit.IsExceeded ? NotCompiled : EventRules.CheckText("topic", text, 3 * MaxLength)?.Detail;
        if (error is not null
            || !(kind == SelectorKind.Glob ? GlobCompiler.TryCompile(text, out automaton, out error) : TemplateCompiler.TryCompile(text, out automaton, out error)))
        {
            return false;
        }

        selector = SelectorCache.Shared.Add(new Selector(text, kind, automaton));
        return true;
    }

    /// <summary>Parses a URL pattern (<c>https://example.com/books/:id</c>); <c>*</c> is every topic, also topics that are not URLs.</summary>
    /// <param name="text">The text.</param>
    /// <param name="baseUrl">Base URL of relative patterns and relative topics.</param>
    /// <param name="selector">The selector.</param>
    /// <param name="error">What is wrong; the text is for the subscriber.</param>
    public static bool TryParseUrlPattern(
        string text, UrlParts baseUrl, [NotNullWhen(true)] out Selector? selector, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(baseUrl);
        error = null;
        if (text is EventRules.AnyTopic)
        {
            selector = Any;
            return true;
        }

        if (SelectorCache.Shared.TryGet(SelectorKind.UrlPattern, text, baseUrl, out selector))
        {
            return true;
        }

        error = text.Length > MaxLength
            ? $"The URL pattern has {text.Length} characters; the limit is {MaxLength}."
            : CompilationLimit.IsExceeded ? NotCompiled
            : EventRules.CheckText("topic", text, 3 * MaxLength)?.Detail;
        if (error is not null)
        {
            return false;
        }

        UrlPattern? pattern = UrlPattern.Compile(text, baseUrl, out bool isTooComplex);
        selector = pattern is null ? null : SelectorCache.Shared.Add(new Selector(text, pattern, baseUrl));
        error = selector is not null ? null
            : isTooComplex ? $"The URL pattern is too complex: the automaton of one part has more than {AutomatonCompiler.MaxStates} states, {AutomatonCompiler.MaxTransitions} transitions, or {AutomatonCompiler.MaxSteps} steps to compile. Use smaller counts such as `{{1,10}}`, or no wildcard before them."
            : "The text is not a URL pattern, or it has a regular expression that is not supported (look-around, references, capturing groups inside groups).";
        return selector is not null;
    }

    /// <summary>Creates the selector of one topic, with any characters; Mercure treats an invalid template as an exact topic.</summary>
    public static Selector Exact(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return new Selector(topic, SelectorKind.Exact);
    }

    /// <summary>Key of a topic in an index of selectors with the same base; null for a topic that is not a URL.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="baseUrl">Base URL of URL patterns; null for templates, whose key is the topic itself.</param>
    public static string? KeyOf(string topic, UrlParts? baseUrl)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return baseUrl is null ? topic : ParsedOf(topic, baseUrl) is { } url ? UrlPattern.IndexKey(url) : null;
    }

    /// <summary>Whether the selector covers the topic.</summary>
    public bool Matches(string topic)
    {
        long work = 0;
        return Matches(topic, ref work);
    }

    /// <summary>Whether the selector covers the topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="work">Rises by the work of the match: about one for each character examined.</param>
    public bool Matches(string topic, ref long work)
    {
        ArgumentNullException.ThrowIfNull(topic);
        work += MatchWork;
        if (_pattern is not null)
        {
            work += ReferenceEquals(_parsed.Topic, topic) ? 0 : ParseWork * topic.Length;
            return ParsedOf(topic, Base!) is { } url && _pattern.Matches(url, ref work);
        }

        return Kind == SelectorKind.Any
            || string.Equals(Text, topic, StringComparison.Ordinal)
            || (_automaton is not null && topic.StartsWith(Prefix, StringComparison.Ordinal) && _automaton.Matches(topic.AsSpan(Prefix.Length), ref work));
    }

    private static UrlParts? ParsedOf(string topic, UrlParts baseUrl)
    {
        if (!ReferenceEquals(_parsed.Topic, topic) || !baseUrl.Equals(_parsed.Base))
        {
            _parsed = (topic, baseUrl, UrlParts.Parse(topic, baseUrl));
        }

        return _parsed.Url;
    }

    /// <inheritdoc/>
    public bool Equals(Selector? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Kind == other.Kind && string.Equals(Text, other.Text, StringComparison.Ordinal) && Equals(Base, other.Base));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Selector);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
