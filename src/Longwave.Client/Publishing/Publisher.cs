using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Longwave.Client.Connections;
using Longwave.Client.Failures;

namespace Longwave.Client.Publishing;

/// <summary>
/// Sends publish requests and retries them while the hub is busy, full or unavailable. Each request has an idempotency key, so that a request whose response was
/// lost is not appended twice.
/// </summary>
internal sealed class Publisher(HubHttp http, Func<double> random)
{
    // Enough for {"ids":[…]} of the largest batch.
    private const long MaxAnswerBytes = 64 * 1024 * 1024;

    private volatile bool _reached;

    /// <summary>Sends a request until it succeeds or fails permanently.</summary>
    /// <param name="address">Address of the request.</param>
    /// <param name="body">Body, the same in every attempt.</param>
    /// <param name="contentType">Media type of the body; null for none.</param>
    /// <param name="key">Idempotency key; null when the events contain their own.</param>
    /// <param name="options">Time limits and delays.</param>
    /// <param name="cancellation">Cancels the request and its retries.</param>
    /// <exception cref="LongwaveException">The hub rejected the request, or was unavailable for too long.</exception>
    public async Task<PublishResult> SendAsync(
        Uri address, ReadOnlyMemory<byte> body, string? contentType, string? key, PublishOptions options, CancellationToken cancellation)
    {
        options.Check();
        var backoff = new DecorrelatedJitter(options.MaxDelay, random);
        long started = http.Clock.GetTimestamp();
        bool tokenRefused = false;
        for (int attempt = 1; ; attempt++)
        {
            (PublishResult? result, HubFailure? failure, string? token) =
                await TrySendAsync(address, body, contentType, key, options.AttemptTimeout, cancellation).ConfigureAwait(false);
            if (result is not null)
            {
                return result;
            }

            // A rejected request changed nothing, so it is safe to send it again with a new token.
            if (failure!.Status == 401 && http.Tokens.CanFetch && !tokenRefused)
            {
                tokenRefused = true;
                await RenewTokenAsync(token, cancellation).ConfigureAwait(false);
                continue;
            }

            if (!failure.IsTemporary || (failure.IsUnreachable && !_reached && !options.WaitForHub))
            {
                throw new LongwaveException(failure);
            }

            // A connection that broke proves that the address is right: the hub may be restarting.
            _reached |= !failure.IsUnreachable;
            TimeSpan wait = backoff.Next(options.MinDelay, failure.RetryAfter);
            TimeSpan took = http.Clock.GetElapsedTime(started);
            if (took + wait > options.RetryFor)
            {
                throw new LongwaveException(failure) { GaveUpAfter = took };
            }

            options.Retrying?.Invoke(new PublishRetry(failure, attempt, wait));
            await Task.Delay(wait, http.Clock, cancellation).ConfigureAwait(false);
        }
    }

    private async Task RenewTokenAsync(string? used, CancellationToken cancellation)
    {
        try
        {
            await http.Tokens.RenewAsync(used, cancellation).ConfigureAwait(false);
        }
        catch (TokenUnavailableException)
        {
            // The next attempt calls the provider again and reports its failure.
        }
    }

    private async Task<(PublishResult? Result, HubFailure? Failure, string? Token)> TrySendAsync(
        Uri address, ReadOnlyMemory<byte> body, string? contentType, string? key, TimeSpan timeout, CancellationToken cancellation)
    {
        using var silence = new Silence(http.Clock, cancellation);
        CancellationToken patience = silence.Start(timeout);
        string? token = null;
        try
        {
            token = await http.Tokens.GetAsync(patience).ConfigureAwait(false);
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(body) };
            if (contentType is not null)
            {
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
            }

            if (key is not null)
            {
                request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
            }

            using HttpResponseMessage response = await http.SendAsync(request, token, patience).ConfigureAwait(false);
            _reached = true;
            if (response.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.OK))
            {
                return (null, await http.ExplainAsync(response, patience).ConfigureAwait(false), token);
            }

            byte[]? answer = await BoundedBody.TryReadAsync(response, MaxAnswerBytes, patience).ConfigureAwait(false);
            return TryRead(answer) is { } result
                ? (result, null, token)
                : (null, new HubFailure(FailureKind.NotAHub, $"{http.Name} sent a response that is not from a hub. Check the URL: another server may listen there."), token);
        }
        catch (Exception exception) when (FailureReader.IsOfNetwork(exception, cancellation))
        {
            return (null, http.Explain(exception), token);
        }
    }

    /// <summary>Reads <c>{"id":"…","duplicate":true}</c> or <c>{"ids":["…"],"duplicates":1}</c>; null when the body is neither.</summary>
    private static PublishResult? TryRead(byte[]? answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer ?? []);
            JsonElement root = document.RootElement;
            if (root.TryGetProperty("id", out JsonElement id))
            {
                bool duplicate = root.TryGetProperty("duplicate", out JsonElement d) && d.ValueKind == JsonValueKind.True;
                return new PublishResult([id.GetString() ?? ""], duplicate ? 1 : 0);
            }

            if (root.TryGetProperty("ids", out JsonElement ids) && ids.GetArrayLength() > 0)
            {
                int duplicates = root.TryGetProperty("duplicates", out JsonElement n) && n.TryGetInt32(out int count) ? count : 0;
                return new PublishResult([.. ids.EnumerateArray().Select(static e => e.GetString() ?? "")], duplicates);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The caller reports it.
        }

        return null;
    }
}
