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
    private readonly Queue<(Batch Batch, Task<PublishReply> Reply)> _inFlight = [];
    private string? _firstPosition;
    private string? _lastPosition;
    private long _published;
    private long _duplicates;

    /// <summary>Publishes everything, or up to the first thing that is wrong.</summary>
    public async Task<BulkOutcome> RunAsync(CancellationToken cancellation)
    {
        BadLine? refused = null;
        HubFailure? failure = null;
        Task<Batch?> next = batches.NextAsync(cancellation);
        while (failure is null)
        {
            // Answers are taken as they come, also while the input pauses.
            if (_inFlight.TryPeek(out var oldest)
                && (_inFlight.Count >= arguments.InFlight || await Task.WhenAny(next, oldest.Reply) == oldest.Reply))
            {
                (refused, failure) = await SettleAsync(cancellation);
                continue;
            }

            if (await next is not { } batch)
            {
                break;
            }

            _inFlight.Enqueue((batch, SendAsync(batch, cancellation)));
            next = batches.NextAsync(cancellation);
        }

        while (_inFlight.Count > 0)
        {
            (BadLine? line, HubFailure? reason) = await SettleAsync(cancellation);
            (refused, failure) = failure is null ? (line, reason) : (refused, failure);
        }

        return new BulkOutcome(_published, _duplicates, batches.Skipped, _firstPosition, _lastPosition, refused ?? (failure is null ? batches.Bad : null), failure);
    }

    /// <summary>Takes the answer of the oldest request. Refused for one line, the lines before it are published all the same.</summary>
    private async Task<(BadLine? Line, HubFailure? Failure)> SettleAsync(CancellationToken cancellation)
    {
        (Batch batch, Task<PublishReply> pending) = _inFlight.Dequeue();
        PublishReply reply = await pending;
        BadLine? bad = null;
        if (reply.Failure is { Index: int index and >= 0 } refusal && index < batch.Count)
        {
            bad = new BadLine(batch.LineOf(index), refusal.Sentence);
            if (index == 0)
            {
                return (bad, refusal);
            }

            batch = batch.Before(index);
            reply = await SendAsync(batch, cancellation);
            if (reply.Failure is not null)
            {
                return (null, reply.Failure);
            }

            await CountAsync(batch, reply);
            return (bad, refusal);
        }

        if (reply.Failure is null)
        {
            await CountAsync(batch, reply);
        }

        return (null, reply.Failure);
    }

    private async Task CountAsync(Batch batch, PublishReply reply)
    {
        _published += batch.Count;
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
