using Longwave.Client.Failures;

namespace Longwave.Client.Connections;

/// <summary>The token of a client: fetched when it is first needed and kept until the hub rejects it or reports that it expires soon.</summary>
internal sealed class TokenSource(Func<CancellationToken, ValueTask<string>>? provider) : IDisposable
{
    // Allows one fetch at a time; callers that waited use the result of the fetch before them. Guards _token.
    private readonly SemaphoreSlim _fetching = new(1, 1);
    private string? _token;

    /// <summary>Whether the client has a token provider.</summary>
    public bool CanFetch => provider is not null;

    /// <summary>Returns the token, or null for a client without a provider.</summary>
    public ValueTask<string?> GetAsync(CancellationToken cancellation) =>
        provider is null || Volatile.Read(ref _token) is not null ? new(Volatile.Read(ref _token)) : FetchAsync(null, cancellation);

    /// <summary>Returns a token other than <paramref name="used"/>, which the hub rejected or which expires soon.</summary>
    public ValueTask<string?> RenewAsync(string? used, CancellationToken cancellation) => provider is null ? new((string?)null) : FetchAsync(used, cancellation);

    public void Dispose() => _fetching.Dispose();

    private async ValueTask<string?> FetchAsync(string? used, CancellationToken cancellation)
    {
        await _fetching.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_token is null || _token == used)
            {
                Volatile.Write(ref _token, await provider!(cancellation).ConfigureAwait(false));
            }

            return _token;
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            // Any exception of the provider counts as temporary: the subscription reports it and retries later.
            throw new TokenUnavailableException(exception);
        }
        finally
        {
            _fetching.Release();
        }
    }
}
