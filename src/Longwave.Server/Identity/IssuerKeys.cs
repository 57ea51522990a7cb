using Longwave.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Identity;

/// <summary>
/// The keys of one issuer: read at start, again every <see cref="AuthOptions.KeyRefresh"/>, and when a token names an unknown key,
/// but at most once per <see cref="AuthOptions.KeyRetry"/>. The configuration names their source, never a token.
/// </summary>
internal sealed class IssuerKeys(IssuerOptions issuer, AuthOptions options, KeyFetcher fetcher, TimeProvider clock, ILogger logger)
{
    // Guards _refresh and _lastStart.
    private readonly Lock _gate = new();

    private Task _refresh = Task.CompletedTask;
    private long? _lastStart;
    private VerificationKey[] _keys = [];

    public string Issuer => issuer.Issuer;

    public IReadOnlyList<string> Audiences { get; } = [.. issuer.Audiences];

    /// <summary>Whether any key has been read.</summary>
    public bool IsEmpty => Volatile.Read(ref _keys).Length == 0;

    /// <summary>Reads the keys in files and environment variables. An unusable key stops the start of the hub.</summary>
    /// <exception cref="KeyUnusableException">The message says which and why.</exception>
    public void ReadFiles() => Volatile.Write(ref _keys, Usable(FromFiles()));

    /// <summary>Reads all keys again, unless a read began recently; concurrent callers wait for the same read.</summary>
    public Task RefreshAsync()
    {
        lock (_gate)
        {
            if (_refresh.IsCompleted && (_lastStart is not { } last || clock.GetElapsedTime(last) >= options.KeyRetry))
            {
                _lastStart = clock.GetTimestamp();
                _refresh = Task.Run(ReadAllAsync);
            }

            return _refresh;
        }
    }

    /// <summary>The keys that may verify a token with this header.</summary>
    public async ValueTask<IReadOnlyList<VerificationKey>> FindAsync(TokenHeader header)
    {
        List<VerificationKey> found = Find(header);
        bool mayHelp = SigningAlgorithms.All.Contains(header.Algorithm) && (header.KeyId is not null || IsEmpty);
        if (found.Count == 0 && mayHelp && (issuer.Discovery || issuer.JwksUrl is not null || issuer.JwksFile is not null))
        {
            await RefreshAsync();
            found = Find(header);
        }

        return found;
    }

    private List<VerificationKey> Find(TokenHeader header)
    {
        VerificationKey[] keys = Volatile.Read(ref _keys);
        var found = new List<VerificationKey>(1);
        foreach (VerificationKey key in keys)
        {
            // Without a name on either side the key is a candidate; the signature decides.
            if ((header.KeyId is null || key.KeyId is null || header.KeyId == key.KeyId) && key.Algorithms.Contains(header.Algorithm))
            {
                found.Add(key);
            }
        }

        return found;
    }

    private async Task ReadAllAsync()
    {
        try
        {
            List<VerificationKey> keys = [.. FromFiles()];
            if (issuer.JwksUrl is { } url)
            {
                keys.AddRange(KeySet.Read(await fetcher.GetDocumentAsync(url, CancellationToken.None), url));
            }

            if (issuer.Discovery)
            {
                using var patience = new CancellationTokenSource(options.KeyTimeout, clock);
                keys.AddRange(await fetcher.DiscoverAsync(issuer.Issuer, patience.Token));
            }

            VerificationKey[] usable = Usable(keys);
            Volatile.Write(ref _keys, usable);
            IdentityLog.KeysRead(logger, issuer.Issuer, usable.Length);
        }
        catch (Exception failed)
        {
            // Keep the previous keys: an unavailable identity provider must not lock out every client.
            IdentityLog.KeysFailed(logger, issuer.Issuer, Volatile.Read(ref _keys).Length, failed.Message);
        }
    }

    private IEnumerable<VerificationKey> FromFiles()
    {
        foreach (KeyOptions key in issuer.Keys)
        {
            yield return KeyFile.Read(key);
        }

        if (issuer.JwksFile is { } file)
        {
            string json;
            try
            {
                json = File.ReadAllText(file);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new KeyUnusableException($"Cannot read the key set {file}: {exception.Message}");
            }

            foreach (VerificationKey key in KeySet.Read(json, file))
            {
                yield return key;
            }
        }
    }

    private VerificationKey[] Usable(IEnumerable<VerificationKey> keys) =>
        [.. keys
            .Select(key => key with { Algorithms = SigningAlgorithms.Narrow(key.Algorithms, issuer.Algorithms) })
            .Where(static key => key.Algorithms.Count > 0)
            .Take(options.MaxKeys)];
}
