using Longwave.Client;
using Longwave.Client.Connections;
using Longwave.Client.Subscriptions;

namespace Longwave.BlazorApp;

/// <summary>A subscription that collects what it receives.</summary>
internal sealed class Listener : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _reading;
    private readonly List<string> _received = [];
    private string? _failure;

    /// <summary>Starts the subscription.</summary>
    /// <param name="client">Client of the hub.</param>
    /// <param name="topic">The topic; everything in its log is received.</param>
    /// <param name="polls">Whether to poll instead of reading a stream.</param>
    public Listener(LongwaveClient client, string topic, bool polls) => _reading = ReadAsync(client.Subscribe(new SubscriptionOptions
    {
        Selectors = [topic],
        Since = SubscriptionOptions.Earliest,
        Mode = polls ? SubscriptionMode.Poll : SubscriptionMode.Stream,
        PollInterval = TimeSpan.FromMilliseconds(100),
        Reconnect = new ReconnectOptions { MinDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromMilliseconds(500) },
        Changed = change => State = change.State.ToString(),
    }));

    /// <summary>Name of the state of the subscription.</summary>
    public string State { get; private set; } = "";

    /// <summary>Returns the data of the events since the last call, and how the subscription ended, if it did.</summary>
    public Received Take()
    {
        string[] received = [.. _received];
        _received.Clear();
        return new Received(State, received, _failure);
    }

    /// <summary>Cancels the subscription and waits for its end.</summary>
    public async Task StopAsync()
    {
        await _end.CancelAsync();
        await _reading;
    }

    public void Dispose() => _end.Dispose();

    private async Task ReadAsync(Subscription subscription)
    {
        try
        {
            await foreach (ReceivedEvent e in subscription.WithCancellation(_end.Token))
            {
                _received.Add(e.Data);
            }

            _failure = "The hub ended the subscription.";
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            _failure = "cancelled";
        }
        catch (Exception exception)
        {
            // The test reports it.
            _failure = exception.ToString();
        }
    }
}
