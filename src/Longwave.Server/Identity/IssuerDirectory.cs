using Longwave.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Identity;

/// <summary>Every set of keys that the hub verifies tokens with.</summary>
internal sealed class IssuerDirectory : IDisposable
{
    private readonly KeyFetcher _fetcher;
    private readonly Dictionary<string, IssuerKeys> _issuers;
    private readonly Dictionary<string, IssuerKeys> _others;

    /// <summary>Creates the directory; no key is read yet.</summary>
    /// <param name="options">The issuers, and how their keys are fetched.</param>
    /// <param name="others">Key sets that are not the keys of an issuer, each with a name of its own.</param>
    /// <param name="clock">The time.</param>
    /// <param name="loggers">Logs which keys were read and which failed.</param>
    public IssuerDirectory(AuthOptions options, IEnumerable<IssuerOptions> others, TimeProvider clock, ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger("Longwave.Server.Identity");
        _fetcher = new KeyFetcher(options.KeyTimeout);
        _issuers = options.Issuers.Select(Keys).ToDictionary(static issuer => issuer.Issuer, StringComparer.Ordinal);
        _others = others.Select(Keys).ToDictionary(static keys => keys.Issuer, StringComparer.Ordinal);
        IssuerKeys Keys(IssuerOptions issuer) => new(issuer, options, _fetcher, clock, logger);
    }

    /// <summary>All key sets: they are read at start and refreshed from then on.</summary>
    public IReadOnlyList<IssuerKeys> All => [.. _issuers.Values, .. _others.Values];

    /// <summary>The keys of the issuer that a token names (<c>iss</c>), or null.</summary>
    public IssuerKeys? FindIssuer(string issuer) => _issuers.GetValueOrDefault(issuer);

    /// <summary>The key set of that name which is not the keys of an issuer, or null.</summary>
    public IssuerKeys? FindOther(string name) => _others.GetValueOrDefault(name);

    public void Dispose() => _fetcher.Dispose();
}
