namespace Longwave.Engine.Publishing;

/// <summary>A publish request that waits for the log.</summary>
internal sealed class PublishRequest(IReadOnlyList<Publication> publications, long bytes)
{
    private readonly TaskCompletionSource<PublishResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<Publication> Publications { get; } = publications;

    public long Bytes { get; } = bytes;

    public Task<PublishResult> Done => _done.Task;

    public void Complete(PublishResult result) => _done.TrySetResult(result);
}
