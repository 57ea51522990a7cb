using Longwave.Engine.Publishing;
using Longwave.Protocol.Events;
using Longwave.Server.Http;

namespace Longwave.Server.Publish;

/// <summary>Translates rejections of the engine into problems.</summary>
internal static class PublishProblems
{
    /// <summary>The problem of a request that was not accepted.</summary>
    public static Problem Of(PublishResult refused) => refused.Outcome switch
    {
        PublishOutcome.InvalidEvent => Of(refused.Problem!, refused.Problem!.Field, refused.Problem.Index),
        PublishOutcome.TooManyEvents => new Problem(ProblemTypes.TooManyEvents, refused.Problem!.Detail, refused.Problem.Field),
        PublishOutcome.RequestTooLarge or PublishOutcome.LargerThanHotTail => new Problem(ProblemTypes.RequestTooLarge, refused.Problem!.Detail, refused.Problem.Field),
        PublishOutcome.TooManyTopics => new Problem(ProblemTypes.TooManyTopics, refused.Problem!.Detail, refused.Problem.Field),
        PublishOutcome.TopicComplete => new Problem(ProblemTypes.TopicComplete, refused.Problem!.Detail, refused.Problem.Field),
        PublishOutcome.QueueFull => new Problem(ProblemTypes.Overloaded, "Too many publish requests are waiting for the log; nothing was appended."),
        PublishOutcome.ShortOfMemory => new Problem(ProblemTypes.ShortOfMemory, "The hub had too little memory to append the events; nothing was appended."),
        PublishOutcome.DiskFull => new Problem(ProblemTypes.DiskFull, "The disk of the log is full; nothing was appended."),
        PublishOutcome.Stopped => new Problem(
            ProblemTypes.PublishingStopped, "Writing to the log failed, so this hub accepts no publish until it is restarted; streams continue."),
        PublishOutcome.ShuttingDown => new Problem(ProblemTypes.ShuttingDown, "The hub is shutting down; nothing was appended."),
        _ => throw new ArgumentException($"{refused.Outcome} is not a rejection.", nameof(refused)),
    };

    /// <summary>The problem of an event that breaks a rule.</summary>
    /// <param name="problem">What is wrong.</param>
    /// <param name="field">The publisher's name of the field.</param>
    /// <param name="index">Index of the event in a batch, or null.</param>
    public static Problem Of(EventProblem problem, string field, int? index)
    {
        ProblemType type = (problem.Kind, field) switch
        {
            (EventProblemKind.NotUtf8, _) => ProblemTypes.InvalidUtf8,
            (EventProblemKind.TooLarge, "data" or "data_base64" or "body" or "attributes" or "headers") => ProblemTypes.EventTooLarge,
            (EventProblemKind.Invalid, "body") => ProblemTypes.MalformedBody,
            _ => ProblemTypes.InvalidEvent,
        };
        return new Problem(type, problem.Detail, field, index);
    }
}
