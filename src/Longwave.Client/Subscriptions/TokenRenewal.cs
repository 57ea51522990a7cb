using System.Net;
using Longwave.Client.Connections;
using Longwave.Client.Failures;

namespace Longwave.Client.Subscriptions;

/// <summary>Sends a new token for an open stream before the old one expires, without interrupting events. One renewal runs at a time.</summary>
internal sealed class TokenRenewal(HubHttp http, CancellationToken cancellation) : IAsyncDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private Task? _renewing;
    private string? _connection;
    private string? _tried;

    /// <summary>The newest token that was sent for a stream; null when none was.</summary>
    public string? TriedOn(string? connection) => connection is not null && connection == _connection ? _tried : null;

    /// <summary>
    /// Starts a renewal unless one is running. A failure needs no handling: a stream that was not renewed ends, and the client reopens it with the new token.
    /// </summary>
    /// <param name="connection">The hub's id of the stream.</param>
    /// <param name="used">Token that the stream uses.</param>
    public void Begin(string connection, string? used)
    {
        if (http.Tokens.CanFetch && _renewing is not { IsCompleted: false })
        {
            // A token sent before for this stream was accepted and now expires, or was rejected: in both cases fetch a new one.
            string? old = connection == _connection ? _tried ?? used : used;
            (_connection, _tried) = (connection, null);
            _renewing = RenewAsync(connection, old);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync().ConfigureAwait(false);
        if (_renewing is not null)
        {
            await _renewing.ConfigureAwait(false);
        }

        _leaving.Dispose();
    }

    private async Task RenewAsync(string connection, string? used)
    {
        using var silence = new Silence(http.Clock, _leaving.Token);
        var backoff = new DecorrelatedJitter(TimeSpan.FromSeconds(10), Random.Shared.NextDouble);
        try
        {
            // Three attempts are enough: the hub's next notice, or the end of the stream, starts another renewal.
            for (int attempt = 0; attempt < 3; attempt++)
            {
                if (await TryRenewAsync(connection, used, silence.Start(AnswerTimeout)).ConfigureAwait(false))
                {
                    return;
                }

                silence.Stop();
                await Task.Delay(backoff.Next(TimeSpan.FromSeconds(1)), http.Clock, silence.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The subscription ended, or the hub did not respond.
        }
    }

    /// <summary>Sends a new token once. False when a retry may succeed.</summary>
    private async Task<bool> TryRenewAsync(string connection, string? used, CancellationToken patience)
    {
        try
        {
            string? token = _tried = await http.Tokens.RenewAsync(used, patience).ConfigureAwait(false);
            using var request = new HttpRequestMessage(HttpMethod.Post, http.Address($"v1/connections/{Uri.EscapeDataString(connection)}/token", []));
            using HttpResponseMessage response = await http.SendAsync(request, token, patience).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.NoContent
                || !(await http.ExplainAsync(response, patience).ConfigureAwait(false)).IsTemporary;
        }
        catch (Exception exception) when (exception is not OperationCanceledException && FailureReader.IsOfNetwork(exception, patience))
        {
            return false;
        }
    }
}
