using System.Diagnostics.CodeAnalysis;
using Longwave.Protocol.Events;
using Longwave.Protocol.Urls;

namespace Longwave.Protocol.Selectors;

/// <summary>Topics of a subscription or a grant: one topic, <c>*</c>, an RFC 6570 URI template such as <c>prices/{symbol}</c>, or a URL pattern.</summary>
/// <remarks>
/// <para>A topic matches a template if some values of its variables expand to the topic (RFC 6570, all four levels). A variable matches
/// unreserved characters, percent-encoded ones, commas (lists) and all above ASCII; <c>{+var}</c> and <c>{#var}</c> also match reserved
/// characters. A value may be empty, a variable may be undefined.</para>
/// <para>Matching takes time linear in the length of the topic for every template, allocates nothing, and is thread-safe.</para>
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

    private readonly TemplateProgram? _program;
    private readonly UrlPattern? _pattern;
    private readonly UrlParts? _base;

    private Selector(string text, SelectorKind kind, TemplateProgram? program)
    {
        Text = text;
        Kind = kind;
        _program = program;
    }

    private Selector(string text, UrlPattern pattern, UrlParts baseUrl)
        : this(text, SelectorKind.UrlPattern, null)
    {
        (_pattern, _base) = (pattern, baseUrl);
    }

    /// <summary>The selector of every topic, <c>*</c>.</summary>
    public static Selector Any { get; } = new(EventRules.AnyTopic, SelectorKind.Any, null);

    /// <summary>The text as written.</summary>
    public string Text { get; }

    /// <summary>How the selector matches topics.</summary>
    public SelectorKind Kind { get; }

    /// <summary>Whether every topic must be compared with it: it is neither one topic nor <c>*</c>.</summary>
    public bool IsPattern => Kind is not (SelectorKind.Exact or SelectorKind.Any);

    /// <summary>Common prefix of all matching topics, for indexes: the whole text of an exact selector, empty for <c>*</c>.</summary>
    /// <remarks>A template also matches the topic equal to its own text; that topic need not begin with the prefix.</remarks>
    public string Prefix => Kind switch
    {
        SelectorKind.Exact => Text,
        SelectorKind.Template => _program!.Prefix,
        _ => "",
    };

    /// <summary>Parses a selector. Text without a brace is an exact topic.</summary>
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

        if (!text.AsSpan().ContainsAny('{', '}'))
        {
            error = EventRules.CheckTopic(text)?.Detail ?? Wildcards.Explain(text);
            selector = error is null ? new Selector(text, SelectorKind.Exact, null) : null;
            return selector is not null;
        }

        error = EventRules.CheckText("topic", text, 3 * MaxLength)?.Detail;
        if (error is not null || !TemplateCompiler.TryCompile(text, out TemplateProgram? program, out error))
        {
            return false;
        }

        selector = new Selector(text, SelectorKind.Template, program);
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
        selector = text is EventRules.AnyTopic ? Any : null;
        error = text.Length > MaxLength
            ? $"The URL pattern has {text.Length} characters; the limit is {MaxLength}."
            : EventRules.CheckText("topic", text, 3 * MaxLength)?.Detail;
        if (error is null && selector is null)
        {
            UrlPattern? pattern = UrlPattern.Compile(text, baseUrl);
            selector = pattern is null ? null : new Selector(text, pattern, baseUrl);
            error = selector is null ? "The text is not a URL pattern, or it cannot be matched in linear time (look-around, capturing groups inside groups)." : null;
        }

        return error is null;
    }

    /// <summary>Creates the selector of one topic, with any characters; Mercure treats an invalid template as an exact topic.</summary>
    public static Selector Exact(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return new Selector(topic, SelectorKind.Exact, null);
    }

    /// <summary>Whether the selector covers the topic.</summary>
    public bool Matches(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        if (_pattern is not null)
        {
            if (!ReferenceEquals(_parsed.Topic, topic) || !_base!.Equals(_parsed.Base))
            {
                _parsed = (topic, _base!, UrlParts.Parse(topic, _base));
            }

            return _parsed.Url is { } url && _pattern.Matches(url);
        }

        return Kind == SelectorKind.Any
            || string.Equals(Text, topic, StringComparison.Ordinal)
            || (_program is not null && _program.Matches(topic, out _));
    }

    /// <inheritdoc/>
    public bool Equals(Selector? other) =>
        other is not null && Kind == other.Kind && string.Equals(Text, other.Text, StringComparison.Ordinal) && Equals(_base, other._base);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Selector);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
