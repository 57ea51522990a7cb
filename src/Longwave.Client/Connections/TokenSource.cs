using Longwave.Client.Failures;

namespace Longwave.Client.Connections;

/// <summary>The token of a client: fetched when it is needed first, kept until the hub does not take it any more or says that it expires.</summary>
internal sealed class TokenSource(Func<CancellationToken, ValueTask<string>>? provider) : IDisposable
{
    // Only one fetch at a time; whoever waits takes what the one before brought. Guards _token.
    private readonly SemaphoreSlim _fetching = new(1, 1);
    private string? _token;

    /// <summary>Whether there is a provider at all.</summary>
    public bool CanFetch => provider is not null;

    /// <summary>The token, or null for a client without a provider.</summary>
    public ValueTask<string?> GetAsync(CancellationToken cancellation) =>
        provider is null || Volatile.Read(ref _token) is not null ? new(Volatile.Read(ref _token)) : FetchAsync(null, cancellation);

    /// <summary>A token other than <paramref name="used"/>, which the hub does not take (any more).</summary>
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
            // Whatever the provider met: for the subscription it is a reason to try again later, and to say so.
            throw new TokenUnavailableException(exception);
        }
        finally
        {
            _fetching.Release();
        }
    }
}
