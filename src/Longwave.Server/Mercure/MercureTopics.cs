using Longwave.Engine.Configuration;
using Longwave.Protocol.Selectors;
using Longwave.Protocol.Urls;
using Longwave.Server.Http;
using Longwave.Server.Subscribe;

namespace Longwave.Server.Mercure;

/// <summary>The topics of a subscription.</summary>
/// <param name="Selectors">The different selectors.</param>
/// <param name="Matchers">Each different matcher as the client wrote it, with its type; 0.x has no types.</param>
internal sealed record MercureTopics(IReadOnlyList<Selector> Selectors, IReadOnlyList<(string? Type, string Text)> Matchers)
{
    private const string MatchPrefix = "match";

    /// <summary>Whether the parameters are those of 1.0.</summary>
    public static bool IsCurrent(FormFields fields) => fields.All.Any(static field => IsMatch(field.Name));

    /// <summary>Reads the topics; returns the first problem, or null.</summary>
    /// <param name="fields">The fields of the query, then of the body.</param>
    /// <param name="dialect">The dialect of the fields.</param>
    /// <param name="hub">The hub's address.</param>
    /// <param name="limits">Limits of the hub.</param>
    /// <param name="topics">The topics.</param>
    public static Problem? TryRead(FormFields fields, Dialect dialect, UrlParts hub, HubLimits limits, out MercureTopics topics)
    {
        topics = null!;
        var selectors = new List<Selector>();
        var matchers = new List<(string?, string)>();
        (long cost, int counted) = (0, 0);
        foreach ((string name, string value) in fields.All)
        {
            Problem? problem = dialect == Dialect.Legacy ? AddTopic(name, value, selectors, matchers) : AddMatcher(name, value, hub, selectors, matchers);
            if (problem is not null)
            {
                return problem;
            }

            // Checked for each matcher, because the compilation of the rest also costs.
            if (matchers.Count > counted)
            {
                cost += selectors[^1].Cost;
                counted = matchers.Count;
            }

            if (cost > limits.MaxSubscriptionCost)
            {
                return StreamOpener.TooCostly(cost, limits.MaxSubscriptionCost, name);
            }
        }

        string parameter = dialect == Dialect.Legacy ? "topic" : MatchPrefix;
        int most = limits.MaxSelectorsPerSubscription;
        if (matchers.Count == 0)
        {
            return new Problem(ProblemTypes.MissingParameter, $"Name the topics: `?{parameter}=…`, repeated for several topics, or `?{parameter}=*` for all.", parameter);
        }

        if (matchers.Count > most)
        {
            return new Problem(ProblemTypes.TooManySelectors, $"{matchers.Count} topics; one subscription is limited to {most}.", parameter);
        }

        topics = new MercureTopics([.. selectors.Distinct()], [.. matchers.Distinct()]);
        return null;
    }

    private static Problem? AddTopic(string name, string value, List<Selector> selectors, List<(string?, string)> matchers)
    {
        if (name != "topic")
        {
            return null;
        }

        if (!LegacySelector.TryParse(value, out Selector? selector))
        {
            return new Problem(ProblemTypes.InvalidSelector, $"A topic has 1 to {Selector.MaxLength} characters, and no control characters.", "topic");
        }

        selectors.Add(selector);
        matchers.Add((null, value));
        return null;
    }

    private static Problem? AddMatcher(string name, string value, UrlParts hub, List<Selector> selectors, List<(string?, string)> matchers)
    {
        if (!IsMatch(name))
        {
            return null;
        }

        string type = name == MatchPrefix ? TopicMatcher.Exact : name.StartsWith("match_", StringComparison.Ordinal) ? name["match_".Length..] : "";
        if (!TopicMatcher.Types.Contains(type))
        {
            return new Problem(ProblemTypes.UnknownParameter, $"Unknown parameter `{name}`; matchers are `match`, `match_exact` and `match_urlpattern`.", name);
        }

        if (!TopicMatcher.TryParse(type, value, hub, out Selector? selector, out string? error))
        {
            return new Problem(ProblemTypes.InvalidSelector, error, name);
        }

        selectors.Add(selector);
        matchers.Add((type, value));
        return null;
    }

    private static bool IsMatch(string name) => name.StartsWith(MatchPrefix, StringComparison.OrdinalIgnoreCase);
}
