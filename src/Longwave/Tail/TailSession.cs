using Longwave.Arguments;
using Longwave.Client;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Client.Subscriptions;
using Longwave.Hubs;
using Longwave.Terminals;

namespace Longwave.Tail;

/// <summary>Prints the events of a subscription, and reports its state changes.</summary>
internal sealed class TailSession(TailArguments arguments, Terminal terminal) : IDisposable
{
    /// <summary>Maximum size of the data of an event, in bytes: the largest limit that a hub can have.</summary>
    private const int MaxEventBytes = 64 * 1024 * 1024;

    /// <summary>Number of heartbeat intervals of silence after which a stream is considered dead.</summary>
    private const double HeartbeatsOfSilence = 2.5;

    /// <summary>Shorter maximum delay than the default: a user is waiting, so an extra request is better than a long wait.</summary>
    private static readonly ReconnectOptions Reconnect = new() { MaxDelay = TimeSpan.FromSeconds(10) };

    private readonly EventPrinter _printer = new(terminal, arguments.Json);
    private readonly CancellationTokenSource _enough = new();
    private HubFailureText? _noHub;
    private bool _reached;
    private bool _connected;
    private bool _lost;
    private long _printed;

    /// <summary>Prints events until the count is reached or an error is final; returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_enough.Token, cancellation);
        await using LongwaveClient client = HubClients.Create(arguments.Hub, terminal);
        try
        {
            await PrintAsync(client.Subscribe(MakeOptions()), ending.Token);
            SayUnlessQuiet("The subscription has ended: no more events will come.");
            return ExitCode.Done;
        }
        catch (LongwaveException exception)
        {
            terminal.Say(HubFailureText.From(exception.Failure).Sentence);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (_noHub is not null)
        {
            terminal.Say(_noHub.Sentence);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (_enough.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    public void Dispose() => _enough.Dispose();

    /// <summary>Prints events and flushes when no further event is available, so that events that arrive together appear together.</summary>
    private async Task PrintAsync(Subscription subscription, CancellationToken ending)
    {
        await using IAsyncEnumerator<ReceivedEvent> events = subscription.GetAsyncEnumerator(ending);
        while (true)
        {
            ValueTask<bool> next = events.MoveNextAsync();
            if (!next.IsCompleted && !await _printer.TryFlushAsync())
            {
                // The output has no reader any more.
                await _enough.CancelAsync();
            }

            if (!await next)
            {
                return;
            }

            if (!_printer.TryPrint(events.Current) || ++_printed == arguments.Count)
            {
                await _printer.TryFlushAsync();
                await _enough.CancelAsync();
                _enough.Token.ThrowIfCancellationRequested();
            }
        }
    }

    private SubscriptionOptions MakeOptions() => new()
    {
        Selectors = arguments.Selectors,
        Types = arguments.Types,
        Since = arguments.Since,
        LastEventId = arguments.LastEventId,
        Heartbeat = arguments.Silence / HeartbeatsOfSilence,
        MaxEventBytes = MaxEventBytes,
        Reconnect = Reconnect,
        Changed = OnChanged,
        Noticed = OnNotice,
    };

    private void OnChanged(SubscriptionChange change)
    {
        switch (change.State)
        {
            case SubscriptionState.Streaming or SubscriptionState.Polling:
                OnConnected(change.LastEventId);
                break;
            case SubscriptionState.Connecting when change is { Cause: ReconnectCause.NoGreeting, Failure: { } failure }:
                SayUnlessQuiet($"{HubFailureText.From(failure).Sentence} Polling for events instead.");
                break;
            case SubscriptionState.Waiting when change.Failure is { IsUnreachable: true } failure && !_reached && !arguments.Wait:
                _noHub = HubFailureText.From(failure);
                _enough.Cancel();
                break;
            case SubscriptionState.Waiting:
                // A broken connection proves that the hub was reachable: it may be restarting.
                _reached |= change.Failure is not { IsUnreachable: true };
                _lost = true;
                string reason = change.Failure is { } why ? HubFailureText.From(why).Sentence : "The hub ended the stream.";
                SayUnlessQuiet($"{reason} {(_connected ? "Reconnecting" : "Retrying")} in {Duration.Format(change.Delay!.Value)}.");
                break;
        }
    }

    private void OnConnected(string? lastEventId)
    {
        _reached = true;
        if (_connected && _lost)
        {
            SayUnlessQuiet($"Reconnected{(lastEventId is { } id ? $", resuming after {VisibleText.Escape(id)}" : "")}.");
        }
        else
        {
            string from = arguments.LastEventId is { } id ? $"events after {VisibleText.Escape(id)}"
                : arguments.Since is null ? "new events"
                : arguments.Since == SubscriptionOptions.Earliest ? "all stored events, then new ones"
                : $"{Notices.DescribeStart(arguments.Since)}, then new ones";
            SayUnlessQuiet($"Connected to {arguments.Hub}: {from} of {string.Join(", ", arguments.Selectors.Select(VisibleText.Escape))}.");
        }

        (_connected, _lost) = (true, false);
    }

    private void OnNotice(HubNotice notice)
    {
        if (Notices.IsLoss(notice.Type))
        {
            terminal.Say(Notices.Describe(notice, arguments.Since));
        }
        else
        {
            SayUnlessQuiet(Notices.Describe(notice, arguments.Since));
        }
    }

    private void SayUnlessQuiet(string sentence)
    {
        if (!arguments.Quiet)
        {
            terminal.Say(sentence);
        }
    }
}
