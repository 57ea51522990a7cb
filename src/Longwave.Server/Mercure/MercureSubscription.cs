using Longwave.Engine;
using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;
using Longwave.Protocol.Urls;
using Longwave.Server.Browsers;
using Longwave.Server.Http;
using Longwave.Server.Subscribe;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Mercure;

/// <summary>A subscription of the protocol, translated into a request of the engine.</summary>
/// <param name="Request">The request for the engine.</param>
/// <param name="Matchers">Each matcher as the client wrote it, with its type; 0.x has no types.</param>
/// <param name="Cursor">The last event id of the response: the first event follows it. Null when the client sent none.</param>
internal sealed record MercureSubscription(SubscribeRequest Request, IReadOnlyList<(string? Type, string Text)> Matchers, string? Cursor)
{
    private const string MatchPrefix = "match";

    /// <summary>The names of the cursor in 1.0; the second is the spelling of a polyfill.</summary>
    private static readonly string[] Cursors = [LastEventId.Parameter, LastEventId.ParameterAlias];

    /// <summary>The names of the cursor in 0.x, the newest first.</summary>
    private static readonly string[] LegacyCursors = ["lastEventID", .. Cursors, "Last-Event-ID"];

    /// <summary>Whether the parameters are those of 1.0.</summary>
    public static bool IsCurrent(FormFields fields) => fields.All.Any(static field => IsMatch(field.Name));

    /// <summary>Reads the subscription; returns the first problem, or null.</summary>
    /// <param name="request">The request.</param>
    /// <param name="fields">The fields of the query, then of the body.</param>
    /// <param name="dialect">The dialect of the fields.</param>
    /// <param name="hub">The hub's address.</param>
    /// <param name="engine">The engine that looks up events.</param>
    /// <param name="subscription">The subscription.</param>
    public static Problem? TryRead(HttpRequest request, FormFields fields, Dialect dialect, UrlParts hub, HubEngine engine, out MercureSubscription subscription)
    {
        subscription = null!;
        var selectors = new List<Selector>();
        var matchers = new List<(string?, string)>();
        HubLimits limits = engine.Options.Limits;
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

        string? asked = LastEventId.Read(
            request.Headers, (dialect == Dialect.Current ? Cursors : LegacyCursors).Select(fields.First).FirstOrDefault(static value => value is not null));
        var wanted = new SubscribeRequest
        {
            Selectors = [.. selectors.Distinct()],
            Format = EventFormat.SseWithIds,
            LastEventId = asked,
            NeedsStartEvent = EventSourceRequest.Is(request),
        };
        StartPosition start = engine.ResolveStart(wanted);
        subscription = new MercureSubscription(wanted with { Start = start }, [.. matchers.Distinct()], CursorOf(asked, start));
        return null;
    }

    /// <summary>The last event id of the answer: what the client sent if the stream continues from that event, otherwise the start of the log.</summary>
    private static string? CursorOf(string? asked, in StartPosition start) => asked is null || start.IsEventKept ? asked : EventRules.EarliestId;

    /// <summary>The start of the stream as the hub writes positions: another name of the cursor, in ASCII.</summary>
    public string Position(uint epoch) => $"{EventRules.PositionMark}{new Position(epoch, Request.Start!.Value.After)}";

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
