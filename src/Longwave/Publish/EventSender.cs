using System.Net;
using System.Net.Http.Headers;
using Longwave.Arguments;
using Longwave.Hubs;

namespace Longwave.Publish;

/// <summary>
/// Sends publish requests and sends them again while the hub is busy, full or gone for a while. Every event has an idempotency key, so that
/// a request whose answer was lost is not appended twice.
/// </summary>
/// <param name="hub">The hub.</param>
/// <param name="clock">The clock.</param>
/// <param name="retryFor">How long one request is tried.</param>
/// <param name="say">Tells the person why it takes longer.</param>
internal sealed class EventSender(HubConnection hub, TimeProvider clock, TimeSpan retryFor, Action<string> say)
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private static readonly MediaTypeHeaderValue Ndjson = new("application/x-ndjson");

    private volatile bool _reached;

    /// <summary>Sends a batch until it is answered for good.</summary>
    /// <param name="batch">The events.</param>
    /// <param name="topic">Topic for those that name none, or null.</param>
    /// <param name="key">Key for those that have none, or null.</param>
    /// <param name="idempotencyKey">Names the events, with their place in the batch; null when their source and id do.</param>
    /// <param name="cancellation">Ends the attempts.</param>
    public Task<PublishReply> SendAsync(Batch batch, string? topic, string? key, string? idempotencyKey, CancellationToken cancellation)
    {
        Uri url = hub.Address.Events([new("topic", topic), new("key", key)]);
        return SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(batch.Body) { Headers = { ContentType = Ndjson } } };
                if (idempotencyKey is not null)
                {
                    request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
                }

                return request;
            },
            cancellation);
    }

    /// <summary>Sends one request until it is answered for good.</summary>
    /// <param name="makeRequest">Makes the request; called anew for every attempt, and must make the same one.</param>
    /// <param name="cancellation">Ends the attempts.</param>
    public async Task<PublishReply> SendAsync(Func<HttpRequestMessage> makeRequest, CancellationToken cancellation)
    {
        var backoff = new Backoff(ShortestWait, LongestWait);
        long started = clock.GetTimestamp();
        string? said = null;
        while (true)
        {
            PublishReply reply = await TrySendAsync(makeRequest, cancellation);
            if (reply.Failure is not { } failure || !failure.IsTemporary || (failure.IsUnreachable && !_reached))
            {
                if (said is not null && reply.Failure is null)
                {
                    say("The hub has taken it now.");
                }

                return reply;
            }

            // A connection that broke was one: the hub may be restarting.
            _reached |= !failure.IsUnreachable;

            TimeSpan wait = backoff.Next(failure.RetryAfter);
            if (clock.GetElapsedTime(started) + wait > retryFor)
            {
                return PublishReply.Failed(failure with { Sentence = $"{failure.Sentence} Gave up after {Duration.Format(clock.GetElapsedTime(started))}." });
            }

            // Each reason once: the hundredth time it says nothing new.
            if (failure.Sentence != said)
            {
                said = failure.Sentence;
                say($"{said} Trying again for up to {Duration.Format(retryFor)}.");
            }

            await Task.Delay(wait, clock, cancellation);
        }
    }

    private async Task<PublishReply> TrySendAsync(Func<HttpRequestMessage> makeRequest, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(AttemptTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            using HttpRequestMessage request = makeRequest();
            using HttpResponseMessage response = await hub.SendAsync(request, either.Token);
            _reached = true;
            if (response.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.OK))
            {
                return PublishReply.Failed(await HubFailure.FromResponseAsync(hub.Address, response, clock, either.Token));
            }

            byte[] body = await response.Content.ReadAsByteArrayAsync(either.Token);
            return PublishReply.TryRead(body, out PublishReply? reply)
                ? reply
                : PublishReply.Failed(new HubFailure($"{hub.Address} gave an answer that is not a hub's: is something else listening there?"));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException
            || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return PublishReply.Failed(HubFailure.FromException(hub.Address, exception));
        }
    }
}
