using System.Globalization;
using System.Text;
using Longwave.Engine.Publishing;
using Longwave.Protocol.Events;
using Longwave.Server.Http;
using Longwave.Server.Publish;

namespace Longwave.Server.Mercure;

/// <summary>Reads an update from the fields of a form (both drafts, "Publication").</summary>
internal static class MercureUpdate
{
    /// <summary>Maximum number of topics of an update: its own and its alternates.</summary>
    public const int MaxTopics = EventRules.MaxAlternates + 1;

    /// <summary>The type of the hub's updates about subscriptions in 1.0.</summary>
    public const string ReservedType = "mercure";

    /// <summary>Reads an update and skips unknown fields. The engine validates the event afterwards.</summary>
    public static Problem? TryRead(FormFields fields, Dialect dialect, out Event update)
    {
        update = null!;
        string[] topics = [.. fields.All.Where(static field => field.Name == "topic").Select(static field => field.Value)];
        if (topics.Length is 0 or > MaxTopics)
        {
            return new Problem(
                topics.Length == 0 ? ProblemTypes.MissingParameter : ProblemTypes.InvalidEvent, $"An update has 1 to {MaxTopics} fields `topic`; this one has {topics.Length}.", "topic");
        }

        string? id = NullWhenEmpty(fields.First("id"));
        string? type = NullWhenEmpty(fields.First("type"));
        Problem? problem = TryReadRetry(fields.First("retry"), out int? retryMs) ?? (dialect == Dialect.Current ? CheckCurrent(topics, id, type) : null);
        if (problem is not null)
        {
            return problem;
        }

        update = new Event
        {
            Topic = topics[0],
            Alternates = topics[1..],
            Id = id,
            Type = type,
            RetryMs = retryMs,
            IsPrivate = fields.Has("private"),
            Data = Encoding.UTF8.GetBytes(fields.First("data") ?? ""),
        };
        return null;
    }

    /// <summary>The problem of an update that the engine rejects.</summary>
    public static Problem Refuse(PublishResult refused) => refused is { Outcome: PublishOutcome.InvalidEvent, Problem: { } wrong }
        ? new Problem(wrong.Kind == EventProblemKind.TooLarge ? ProblemTypes.EventTooLarge : ProblemTypes.InvalidEvent, wrong.Detail, wrong.Field)
        : PublishProblems.Of(refused);

    private static Problem? TryReadRetry(string? text, out int? retryMs)
    {
        retryMs = null;
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return new Problem(ProblemTypes.InvalidEvent, "`retry` must be a number of milliseconds, digits only.", "retry");
        }

        // Longer than any client waits.
        retryMs = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int read) ? read : int.MaxValue;
        return null;
    }

    private static Problem? CheckCurrent(string[] topics, string? id, string? type) =>
        Array.Exists(topics, TopicMatcher.HasHidden) ? Hidden("topic")
        : id is not null && TopicMatcher.HasHidden(id) ? Hidden("id")
        : type is not null && TopicMatcher.HasHidden(type) ? Hidden("type")
        : type == ReservedType ? new Problem(ProblemTypes.InvalidEvent, $"The type `{ReservedType}` is reserved for the hub's own updates.", "type")
        : null;

    private static Problem Hidden(string field) => new(ProblemTypes.InvalidEvent, $"`{field}` contains invisible control or format characters.", field);

    private static string? NullWhenEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
