using Longwave.Hubs;
using Longwave.Terminals;

namespace Longwave.Publish;

/// <summary>Publishes the batches of an input. With one request in flight, the log keeps the order of the lines.</summary>
/// <param name="sender">Sends the batches.</param>
/// <param name="batches">Batches to publish.</param>
/// <param name="progress">Updated after every request.</param>
/// <param name="terminal">Its output receives positions if requested.</param>
/// <param name="arguments">Parsed command line.</param>
internal sealed class BulkPublisher(EventSender sender, BatchReader batches, ProgressReport progress, Terminal terminal, PublishArguments arguments)
{
    /// <summary>Wait for requests in flight after Ctrl+C; most are answered within this time.</summary>
    private static readonly TimeSpan InterruptedPatience = TimeSpan.FromSeconds(2);

    private readonly Queue<(Batch Batch, Task<PublishReply> Reply)> _inFlight = [];
    private string? _firstPosition;
    private string? _lastPosition;
    private BadLine? _refused;
    private HubFailureText? _failure;
    private long _lastLine;
    private long _published;
    private long _duplicates;

    /// <summary>Publishes the whole input, or up to the first error.</summary>
    /// <param name="interrupted">Stops reading; requests in flight get a short time to complete.</param>
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
            // The outcome of requests in flight is unknown; the counters cover only answered ones.
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
            // Process responses as they arrive, also while the input pauses.
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

    /// <summary>Awaits the response of the oldest request. If the hub rejects one line, the lines before it are published nevertheless.</summary>
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

        // Only the first failure is reported.
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
        if (arguments.Positions || arguments.Json)
        {
            for (int i = 0; i < reply.Positions.Count; i++)
            {
                await terminal.Output.WriteLineAsync(arguments.Json ? PublishJson.OfLine(batch.LineOf(i), reply.Positions[i]) : reply.Positions[i]);
            }

            await terminal.Output.FlushAsync(CancellationToken.None);
        }
    }

    private Task<PublishReply> SendAsync(Batch batch, CancellationToken cancellation) =>
        sender.SendAsync(batch, arguments.Topic, arguments.Key, idempotencyKey: null, cancellation);
}
