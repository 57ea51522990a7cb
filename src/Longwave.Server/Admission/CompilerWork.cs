using Longwave.Server.Http;

namespace Longwave.Server.Admission;

/// <summary>The part of one request that waits for <see cref="PatternCompiler"/>.</summary>
/// <param name="parse">Parses; returns the problem of the request, or null.</param>
/// <param name="aborted">Whether the client has left.</param>
internal sealed class CompilerWork(Func<Problem?> parse, CancellationToken aborted)
{
    // The request continues on another thread: the one that compiles serves the next request.
    private readonly TaskCompletionSource<Problem?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the problem of the request, or null.</summary>
    public Task<Problem?> Task => _done.Task;

    /// <summary>Parses, unless the client has left.</summary>
    public void Run()
    {
        if (aborted.IsCancellationRequested)
        {
            _done.SetCanceled(aborted);
            return;
        }

        try
        {
            _done.SetResult(parse());
        }
        catch (Exception failed)
        {
            // The request reports it.
            _done.SetException(failed);
        }
    }

    /// <summary>Completes without parsing.</summary>
    public void Reject(Problem problem) => _done.TrySetResult(problem);
}
