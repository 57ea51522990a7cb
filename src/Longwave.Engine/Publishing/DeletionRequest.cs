namespace Longwave.Engine.Publishing;

/// <summary>Request to delete the oldest events of a topic. For one call.</summary>
/// <param name="topic">Name of the topic.</param>
/// <param name="through">Offset of the newest event to delete; null for no such limit.</param>
/// <param name="before">Time before which events are deleted; null for no such limit.</param>
public sealed class DeletionRequest(string topic, long? through = null, DateTimeOffset? before = null)
{
    // The writer thread must not run the code that waits for the result.
    private readonly TaskCompletionSource<DeletionResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Name of the topic.</summary>
    public string Topic { get; } = topic;

    /// <summary>Offset of the newest event to delete; null for no such limit.</summary>
    public long? Through { get; } = through;

    /// <summary>Time before which events are deleted; null for no such limit.</summary>
    public DateTimeOffset? Before { get; } = before;

    /// <summary>Completes with the result.</summary>
    internal Task<DeletionResult> Done => _done.Task;

    /// <summary>Sets the result.</summary>
    internal void Complete(in DeletionResult result) => _done.TrySetResult(result);
}
