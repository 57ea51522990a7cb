using System.Net;
using System.Text;

namespace Longwave.Hubs;

/// <summary>HTTP to one hub.</summary>
internal sealed class HubConnection : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client;
    private readonly HubToken _token;

    /// <summary>Makes a connection.</summary>
    /// <param name="address">Where the hub is.</param>
    /// <param name="token">What to show it.</param>
    public HubConnection(HubAddress address, HubToken token)
    {
        (Address, _token) = (address, token);
        _client = new HttpClient(new SocketsHttpHandler
        {
            // A proxy that the environment names leads away from this machine, never to it.
            UseProxy = !address.IsLoopback,
            UseCookies = false,
            ConnectTimeout = ConnectTimeout,

            // A publisher's id may be anything, and goes back as the bytes that it came in.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        })
        {
            // A stream has no end; each caller has time-outs of its own.
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version11,
        };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("longwave-cli");
    }

    public HubAddress Address { get; }

    /// <summary>Sends a request and returns as soon as the headers of the answer are there.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (_token.Read() is { } token)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        return _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    public void Dispose() => _client.Dispose();
}
