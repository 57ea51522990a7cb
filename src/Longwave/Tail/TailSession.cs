using Longwave.Arguments;
using Longwave.Client;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Client.Subscriptions;
using Longwave.Hubs;
using Longwave.Terminals;

namespace Longwave.Tail;

/// <summary>Prints what a subscription gives, and says in plain words what it does.</summary>
internal sealed class TailSession(TailArguments arguments, Terminal terminal) : IDisposable
{
    /// <summary>A hub can be set to take events of 64 MiB, and JSON needs some more for them.</summary>
    private const int MaxEventBytes = 128 * 1024 * 1024;

    /// <summary>A stream is dead after 2.5 heartbeats without a word.</summary>
    private const double HeartbeatsOfSilence = 2.5;

    /// <summary>Somebody watches: rather a request too many than a long wait.</summary>
    private static readonly ReconnectOptions Reconnect = new() { MaxDelay = TimeSpan.FromSeconds(10) };

    private readonly EventPrinter _printer = new(terminal, arguments.Json);
    private readonly CancellationTokenSource _enough = new();
    private HubFailureText? _noHub;
    private bool _reached;
    private bool _lost;
    private long _printed;

    /// <summary>Follows until there is enough, or it makes no sense any more; the result is the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_enough.Token, cancellation);
        await using LongwaveClient client = HubClients.Create(arguments.Hub, terminal);
        try
        {
            await PrintAsync(client.Subscribe(MakeOptions()), ending.Token);
            SayUnlessQuiet("The hub says that nothing more will come.");
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

    /// <summary>What came together is shown together, and at once: when there is nothing more to print just now.</summary>
    private async Task PrintAsync(Subscription subscription, CancellationToken ending)
    {
        await using IAsyncEnumerator<ReceivedEvent> events = subscription.GetAsyncEnumerator(ending);
        while (true)
        {
            ValueTask<bool> next = events.MoveNextAsync();
            if (!next.IsCompleted && !await _printer.TryFlushAsync())
            {
                // Nobody reads the output any more.
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
                SayUnlessQuiet($"{HubFailureText.From(failure).Sentence} Asking for events again and again instead.");
                break;
            case SubscriptionState.Waiting when change.Failure is { IsUnreachable: true } failure && !_reached && !arguments.Wait:
                _noHub = HubFailureText.From(failure);
                _enough.Cancel();
                break;
            case SubscriptionState.Waiting:
                // A connection that broke was one: the hub may be restarting.
                _reached |= change.Failure is not { IsUnreachable: true };
                _lost = true;
                string reason = change.Failure is { } why ? HubFailureText.From(why).Sentence : "The hub ended the stream.";
                SayUnlessQuiet($"{reason} Connecting again in {Duration.Format(change.Delay!.Value)}.");
                break;
        }
    }

    private void OnConnected(string? lastEventId)
    {
        _reached = true;
        if (_lost)
        {
            SayUnlessQuiet($"Connected again{(lastEventId is { } id ? $", going on after {VisibleText.Escape(id)}" : "")}.");
        }
        else
        {
            string from = arguments.LastEventId is { } id ? $"events after {VisibleText.Escape(id)}"
                : arguments.Since is null ? "new events"
                : arguments.Since == SubscriptionOptions.Earliest ? "all events that are kept, then new ones"
                : $"events since {arguments.Since}, then new ones";
            SayUnlessQuiet($"Connected to {arguments.Hub}: {from} of {string.Join(", ", arguments.Selectors.Select(VisibleText.Escape))}.");
        }

        _lost = false;
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
