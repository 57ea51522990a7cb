using Longwave.Arguments;
using Longwave.Client;
using Longwave.Client.Failures;
using Longwave.Client.Publishing;
using Longwave.Hubs;

namespace Longwave.Publish;

/// <summary>Publishes, and reports delays to the user. The client retries failed requests.</summary>
/// <param name="client">Client of the hub.</param>
/// <param name="retryFor">Maximum time for retries of one request.</param>
/// <param name="waitForHub">Whether to retry a hub that no request has reached yet; otherwise its address is considered wrong.</param>
/// <param name="say">Reports the reason of a delay.</param>
internal sealed class EventSender(LongwaveClient client, TimeSpan retryFor, bool waitForHub, Action<string> say)
{
    /// <summary>Sends a batch and retries until the result is final.</summary>
    /// <param name="batch">Events to send.</param>
    /// <param name="topic">Topic of events without one, or null.</param>
    /// <param name="key">Key of events without one, or null.</param>
    /// <param name="idempotencyKey">Idempotency key of the batch; null if the events have source and id.</param>
    /// <param name="cancellation">Ends the retries.</param>
    public Task<PublishReply> SendAsync(Batch batch, string? topic, string? key, string? idempotencyKey, CancellationToken cancellation) =>
        SendAsync(idempotencyKey, options => client.PublishLinesAsync(batch.Body, topic, key, options, cancellation));

    /// <summary>Sends one event and retries until the result is final.</summary>
    public Task<PublishReply> SendAsync(OutgoingEvent e, string idempotencyKey, CancellationToken cancellation) =>
        SendAsync(idempotencyKey, options => client.PublishAsync(e, options, cancellation));

    private async Task<PublishReply> SendAsync(string? idempotencyKey, Func<PublishOptions, Task<PublishResult>> send)
    {
        string? said = null;
        var options = new PublishOptions { IdempotencyKey = idempotencyKey, RetryFor = retryFor, WaitForHub = waitForHub, Retrying = OnRetry };
        try
        {
            PublishResult result = await send(options);
            if (said is not null)
            {
                say("The hub has accepted the retry.");
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

        // Report each reason once; repetitions carry no information.
        void OnRetry(PublishRetry retry)
        {
            string sentence = HubFailureText.From(retry.Failure).Sentence;
            if (sentence != said)
            {
                said = sentence;
                say($"{said} Retrying for up to {Duration.Format(retryFor)}.");
            }
        }
    }
}
