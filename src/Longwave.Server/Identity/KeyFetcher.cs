using System.Net;
using System.Text;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Longwave.Server.Identity;

/// <summary>Fetches documents of configured issuers, with limits of size, time and redirects, from URLs in the configuration or in the issuer's discovery document.</summary>
internal sealed class KeyFetcher : IDocumentRetriever, IDisposable
{
    private const int MaxDocumentBytes = 1024 * 1024;
    private const int MaxRedirects = 3;

    private readonly HttpClient _client;

    /// <summary>Creates a fetcher.</summary>
    /// <param name="timeout">Time limit of one document.</param>
    public KeyFetcher(TimeSpan timeout) => _client = new HttpClient(new SocketsHttpHandler { MaxAutomaticRedirections = MaxRedirects, UseCookies = false })
    {
        Timeout = timeout,
        MaxResponseContentBufferSize = MaxDocumentBytes,
    };

    /// <summary>Whether the URL is allowed: https, or loopback.</summary>
    public static bool IsSafe(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    /// <summary>URL of an issuer's discovery document (OpenID Connect Discovery 1.0, section 4).</summary>
    public static string DiscoveryAddress(string issuer) => issuer.TrimEnd('/') + "/.well-known/openid-configuration";

    /// <summary>Fetches the key set that the discovery document names.</summary>
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
