using Longwave.Engine.Configuration;
using Longwave.Engine.Publishing;
using Longwave.Server.Http;

namespace Longwave.Server.Publish;

/// <summary>Why the log did not take a publish.</summary>
internal static class PublishRefusals
{
    /// <summary>What the publisher is told.</summary>
    public static Problem Of(PublishOutcome outcome, HubLimits limits) => outcome switch
    {
        PublishOutcome.QueueFull => new Problem(ProblemTypes.Overloaded, "Too many publishes wait for the log; nothing was appended."),
        PublishOutcome.DiskFull => new Problem(ProblemTypes.DiskFull, "The disk of the log is full; nothing was appended."),
        PublishOutcome.TooManyTopics => new Problem(
            ProblemTypes.TooManyTopics, $"The log knows {limits.MaxTopics} topics, as many as it takes; nothing was appended.", "topic"),
        PublishOutcome.Stopped => new Problem(
            ProblemTypes.PublishingStopped, "Writing to the log failed, so this hub acknowledges nothing until it is restarted; streams go on."),
        _ => new Problem(ProblemTypes.ShuttingDown, "The hub is leaving; nothing was appended."),
    };
}
