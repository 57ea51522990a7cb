using Longwave.Arguments;
using Longwave.Client;
using Longwave.Client.Failures;
using Longwave.Client.Publishing;
using Longwave.Hubs;

namespace Longwave.Publish;

/// <summary>Publishes, and tells the person when it takes longer. The client sends again what did not come through.</summary>
/// <param name="client">The hub.</param>
/// <param name="retryFor">How long one request is tried.</param>
/// <param name="say">Tells the person why it takes longer.</param>
internal sealed class EventSender(LongwaveClient client, TimeSpan retryFor, Action<string> say)
{
    /// <summary>Sends a batch until it is answered for good.</summary>
    /// <param name="batch">The events.</param>
    /// <param name="topic">Topic for those that name none, or null.</param>
    /// <param name="key">Key for those that have none, or null.</param>
    /// <param name="idempotencyKey">Names the events, with their place in the batch; null when their source and id do.</param>
    /// <param name="cancellation">Ends the attempts.</param>
    public Task<PublishReply> SendAsync(Batch batch, string? topic, string? key, string? idempotencyKey, CancellationToken cancellation) =>
        SendAsync(idempotencyKey, options => client.PublishLinesAsync(batch.Body, topic, key, options, cancellation));

    /// <summary>Sends one event until it is answered for good.</summary>
    public Task<PublishReply> SendAsync(OutgoingEvent e, string idempotencyKey, CancellationToken cancellation) =>
        SendAsync(idempotencyKey, options => client.PublishAsync(e, options, cancellation));

    private async Task<PublishReply> SendAsync(string? idempotencyKey, Func<PublishOptions, Task<PublishResult>> send)
    {
        string? said = null;
        var options = new PublishOptions { IdempotencyKey = idempotencyKey, RetryFor = retryFor, WaitForHub = false, Retrying = OnRetry };
        try
        {
            PublishResult result = await send(options);
            if (said is not null)
            {
                say("The hub has taken it now.");
            }

            return new PublishReply(result.Positions, result.Duplicates, null);
        }
        catch (LongwaveException exception)
        {
            HubFailureText failure = HubFailureText.From(exception.Failure);
            return PublishReply.Failed(exception.GaveUpAfter is { } took
                ? failure with { Sentence = $"{failure.Sentence} Gave up after {Duration.Format(took)}." }
                : failure);
        }

        // Each reason once: the hundredth time it says nothing new.
        void OnRetry(PublishRetry retry)
        {
            string sentence = HubFailureText.From(retry.Failure).Sentence;
            if (sentence != said)
            {
                said = sentence;
                say($"{said} Trying again for up to {Duration.Format(retryFor)}.");
            }
        }
    }
}
