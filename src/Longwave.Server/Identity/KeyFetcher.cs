using System.Net;
using System.Text;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Longwave.Server.Identity;

/// <summary>Fetches documents of configured issuers: bounded in size, time and redirects, from addresses that the configuration or their own discovery document names.</summary>
internal sealed class KeyFetcher : IDocumentRetriever, IDisposable
{
    private const int MaxDocumentBytes = 1024 * 1024;
    private const int MaxRedirects = 3;

    private readonly HttpClient _client;

    /// <summary>Makes a fetcher.</summary>
    /// <param name="timeout">How long one document may take.</param>
    public KeyFetcher(TimeSpan timeout) => _client = new HttpClient(new SocketsHttpHandler { MaxAutomaticRedirections = MaxRedirects, UseCookies = false })
    {
        Timeout = timeout,
        MaxResponseContentBufferSize = MaxDocumentBytes,
    };

    /// <summary>Whether a document may be fetched from there: by https, or from this machine.</summary>
    public static bool IsSafe(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    /// <summary>Where discovery is told to look (OpenID Connect Discovery 1.0, section 4).</summary>
    public static string DiscoveryAddress(string issuer) => issuer.TrimEnd('/') + "/.well-known/openid-configuration";

    /// <summary>The key set that discovery leads to.</summary>
    public async Task<IEnumerable<VerificationKey>> DiscoverAsync(string issuer, CancellationToken cancellation)
    {
        OpenIdConnectConfiguration found = await OpenIdConnectConfigurationRetriever.GetAsync(DiscoveryAddress(issuer), this, cancellation);
        if (!string.Equals(found.Issuer, issuer, StringComparison.Ordinal))
        {
            throw new KeyUnusableException($"The discovery document of {issuer} names another issuer.");
        }

        return KeySet.Read(found.JsonWebKeySet?.Keys ?? []);
    }

    /// <inheritdoc/>
    public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
    {
        if (!IsSafe(address))
        {
            throw new KeyUnusableException("The URL of an issuer's keys is neither https nor on loopback.");
        }

        using HttpResponseMessage response = await _client.GetAsync(new Uri(address), cancel);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new HttpRequestException($"{address} answered {(int)response.StatusCode}.");
        }

        return Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancel));
    }

    public void Dispose() => _client.Dispose();
}
