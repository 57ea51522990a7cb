using Longwave.Hubs;
using Longwave.Terminals;

namespace Longwave.Publish;

/// <summary>Publishes the batches of an input. With one request in flight the log has the events in the order of the lines.</summary>
/// <param name="sender">Sends them.</param>
/// <param name="batches">What.</param>
/// <param name="progress">Told after every request.</param>
/// <param name="terminal">Positions go to its output when they are wanted.</param>
/// <param name="arguments">What the command line said.</param>
internal sealed class BulkPublisher(EventSender sender, BatchReader batches, ProgressReport progress, Terminal terminal, PublishArguments arguments)
{
    /// <summary>A request that is under way when Ctrl+C comes is usually answered within this.</summary>
    private static readonly TimeSpan InterruptedPatience = TimeSpan.FromSeconds(2);

    private readonly Queue<(Batch Batch, Task<PublishReply> Reply)> _inFlight = [];
    private string? _firstPosition;
    private string? _lastPosition;
    private BadLine? _refused;
    private HubFailureText? _failure;
    private long _lastLine;
    private long _published;
    private long _duplicates;

    /// <summary>Publishes everything, or up to the first thing that is wrong.</summary>
    /// <param name="interrupted">Ends it: nothing more is read, what is under way is waited for a moment.</param>
    public async Task<BulkOutcome> RunAsync(CancellationToken interrupted)
    {
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, terminal.Clock);
        await using CancellationTokenRegistration _ = interrupted.Register(() => patience.CancelAfter(InterruptedPatience));
        try
        {
            await PublishAsync(interrupted, patience.Token);
            while (_inFlight.Count > 0)
            {
                await SettleAsync(patience.Token);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // What is under way is not known; what was counted is.
        }

        BadLine? bad = _refused ?? (_failure is null ? batches.Bad : null);
        return new BulkOutcome(_published, _duplicates, batches.Skipped, _firstPosition, _lastPosition, bad, _failure)
        {
            InterruptedAfterLine = interrupted.IsCancellationRequested ? _lastLine : null,
        };
    }

    private async Task PublishAsync(CancellationToken interrupted, CancellationToken patience)
    {
        Task<Batch?> next = NextAsync(interrupted);
        while (_failure is null)
        {
            // Answers are taken as they come, also while the input pauses.
            if (_inFlight.TryPeek(out var oldest)
                && (_inFlight.Count >= arguments.InFlight || await Task.WhenAny(next, oldest.Reply) == oldest.Reply))
            {
                await SettleAsync(patience);
                continue;
            }

            if (await next is not { } batch || interrupted.IsCancellationRequested)
            {
                return;
            }

            _inFlight.Enqueue((batch, SendAsync(batch, patience)));
            next = NextAsync(interrupted);
        }
    }

    private async Task<Batch?> NextAsync(CancellationToken interrupted)
    {
        try
        {
            return await batches.NextAsync(interrupted);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Takes the answer of the oldest request. Refused for one line, the lines before it are published all the same.</summary>
    private async Task SettleAsync(CancellationToken patience)
    {
        (Batch batch, Task<PublishReply> pending) = _inFlight.Dequeue();
        PublishReply reply = await pending;
        BadLine? bad = null;
        if (reply.Failure is { Index: int index and >= 0 } refusal && index < batch.Count)
        {
            bad = new BadLine(batch.LineOf(index), refusal.Sentence);
            (batch, reply) = index == 0 ? (batch, reply) : (batch.Before(index), await SendAsync(batch.Before(index), patience));
        }

        if (reply.Failure is null)
        {
            await CountAsync(batch, reply);
        }

        // The first failure is the one that is told.
        HubFailureText? failure = reply.Failure ?? (bad is null ? null : new HubFailureText(bad.Problem));
        if (_failure is null && failure is not null)
        {
            (_refused, _failure) = (reply.Failure is null or { Index: not null } ? bad : null, failure);
        }
    }

    private async Task CountAsync(Batch batch, PublishReply reply)
    {
        _published += batch.Count;
        _lastLine = batch.LineOf(batch.Count - 1);
        _duplicates += reply.Duplicates;
        _firstPosition ??= reply.Positions[0];
        _lastPosition = reply.Positions[^1];
        progress.Advance(batch.Count, batch.InputBytes);
        if (arguments.Positions)
        {
            foreach (string position in reply.Positions)
            {
                await terminal.Output.WriteLineAsync(position);
            }

            await terminal.Output.FlushAsync(CancellationToken.None);
        }
    }

    private Task<PublishReply> SendAsync(Batch batch, CancellationToken cancellation) =>
        sender.SendAsync(batch, arguments.Topic, arguments.Key, idempotencyKey: null, cancellation);
}
