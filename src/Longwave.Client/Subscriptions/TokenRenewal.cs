using System.Net;
using Longwave.Client.Connections;
using Longwave.Client.Failures;

namespace Longwave.Client.Subscriptions;

/// <summary>Gives an open stream a new token before the old one expires, while events go on. One renewal at a time.</summary>
internal sealed class TokenRenewal(HubHttp http, CancellationToken cancellation) : IAsyncDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private Task? _renewing;
    private string? _connection;
    private string? _tried;

    /// <summary>The newest token that was tried on a stream; null when none was.</summary>
    public string? TriedOn(string? connection) => connection is not null && connection == _connection ? _tried : null;

    /// <summary>Begins a renewal, unless one is under way. It needs no result: a stream that was not renewed ends, and is opened anew with the new token.</summary>
    /// <param name="connection">The hub's name for the stream.</param>
    /// <param name="used">The token that the stream uses.</param>
    public void Begin(string connection, string? used)
    {
        if (http.Tokens.CanFetch && _renewing is not { IsCompleted: false })
        {
            // What was tried before on this stream was taken and expires now, or was not taken: a new one it must be.
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
            // Few attempts: the next notice, or the end of the stream, comes anyway.
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
            // The subscription ends, or the hub does not answer.
        }
    }

    /// <summary>False when it may work later.</summary>
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
