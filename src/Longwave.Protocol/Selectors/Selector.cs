using System.Diagnostics.CodeAnalysis;
using Longwave.Protocol.Events;
using Longwave.Protocol.Urls;

namespace Longwave.Protocol.Selectors;

/// <summary>What a subscriber or a token asks for: one topic, <c>*</c>, an RFC 6570 URI template such as <c>prices/{symbol}</c>, or a URL pattern.</summary>
/// <remarks>
/// <para>A topic matches a template when some values of its variables expand to the topic (RFC 6570, all four levels). A variable takes
/// unreserved characters, percent-encoded ones, commas (lists) and everything above ASCII; <c>{+var}</c> and <c>{#var}</c> take reserved characters
/// too. A value may be empty, a variable may be undefined.</para>
/// <para>Matching takes time linear in the topic whatever the template, allocates nothing, and is safe for any number of threads.</para>
/// </remarks>
public sealed class Selector : IEquatable<Selector>
{
    /// <summary>Longest selector in UTF-16 characters; it bounds the compiled form.</summary>
    public const int MaxLength = 2048;

    /// <summary>Most variables in one template.</summary>
    public const int MaxVariables = 32;

    // A new topic is compared with every pattern one after the other: it is parsed once for all of the same base.
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

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>How it finds topics.</summary>
    public SelectorKind Kind { get; }

    /// <summary>Whether every topic has to be compared with it: it is neither one topic nor all.</summary>
    public bool IsPattern => Kind is not (SelectorKind.Exact or SelectorKind.Any);

    /// <summary>The part that every matching topic begins with, for indexes: the whole text of an exact one, empty for <c>*</c>.</summary>
    /// <remarks>A template also matches the topic that is its own text, and that need not begin so when the first expression stands within.</remarks>
    public string Prefix => Kind switch
    {
        SelectorKind.Exact => Text,
        SelectorKind.Template => _program!.Prefix,
        _ => "",
    };

    /// <summary>Reads a selector. Text without a brace is an exact topic.</summary>
    /// <param name="text">The text.</param>
    /// <param name="selector">The selector.</param>
    /// <param name="error">What is wrong and where, for the subscriber.</param>
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
            error = EventRules.CheckTopic(text)?.Detail;
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

    /// <summary>Reads a URL pattern (<c>https://example.com/books/:id</c>); <c>*</c> is every topic, also those that are no URLs.</summary>
    /// <param name="text">The text.</param>
    /// <param name="baseUrl">What relative patterns and relative topics are resolved against.</param>
    /// <param name="selector">The selector.</param>
    /// <param name="error">What is wrong, for the subscriber.</param>
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
            error = selector is null ? "It is no URL pattern, or one that can't be matched in linear time (look-around, capturing groups inside groups)." : null;
        }

        return error is null;
    }

    /// <summary>The selector of one topic, whatever characters it holds; Mercure takes a faulty template as such.</summary>
    public static Selector Exact(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return new Selector(topic, SelectorKind.Exact, null);
    }

    /// <summary>Whether events of the topic are asked for.</summary>
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
