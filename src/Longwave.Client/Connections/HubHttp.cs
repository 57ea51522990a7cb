using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Longwave.Client.Failures;

namespace Longwave.Client.Connections;

/// <summary>HTTP requests to one hub: addresses, the token, and failures with a message.</summary>
internal sealed class HubHttp : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Option of the handler in browsers (Blazor WebAssembly) that provides a response body as it arrives. Before .NET 10 the handler otherwise waits for the end of
    /// the body, which a stream does not have. Other handlers ignore it.
    /// </summary>
    private static readonly HttpRequestOptionsKey<bool> StreamsInBrowser = new("WebAssemblyEnableStreamingResponse");

    private readonly Func<HttpClient> _client;
    private readonly HttpClient? _own;

    /// <summary>Creates the HTTP layer without sending anything.</summary>
    /// <param name="hub">The hub's address, which may be a unix socket.</param>
    /// <param name="client">Returns the client for a request; null to create one.</param>
    /// <param name="tokens">Fetches tokens.</param>
    /// <param name="userAgent">The <c>User-Agent</c> of every request.</param>
    /// <param name="clock">Clock for delays and timeouts.</param>
    public HubHttp(Uri hub, Func<HttpClient>? client, TokenSource tokens, string userAgent, TimeProvider clock)
    {
        UnixSocketUrl? socket = SocketOf(hub);
        Base = socket is null ? new Uri(hub.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/") : UnixSocketUrl.Base;
        Hub = socket is null ? Base : hub;
        Name = socket?.ToString() ?? Base.AbsoluteUri.TrimEnd('/');
        (Tokens, UserAgent, Clock) = (tokens, userAgent, clock);
        _own = client is null ? MakeClient(Base, socket) : null;
        _client = client ?? (() => _own!);
    }

    /// <summary>URL to which the paths of requests are appended.</summary>
    public Uri Base { get; }

    /// <summary>Address of the hub as given, with a trailing slash unless it is a unix socket.</summary>
    public Uri Hub { get; }

    public TimeProvider Clock { get; }

    public TokenSource Tokens { get; }

    private string UserAgent { get; }

    /// <summary>The hub's address for use in messages, without a trailing slash.</summary>
    public string Name { get; }

    /// <summary>The socket of an address, or null for an address with a host.</summary>
    /// <exception cref="ArgumentException">The path of the socket is not usable.</exception>
    public static UnixSocketUrl? SocketOf(Uri hub) =>
        !UnixSocketUrl.TryRead(hub.OriginalString, out UnixSocketUrl? socket, out string? error) ? null
        : socket ?? throw new ArgumentException($"'{hub.OriginalString}': {error}.", nameof(hub));

    /// <summary>Builds an address of the hub with a query; null values are omitted.</summary>
    public Uri Address(string path, IEnumerable<KeyValuePair<string, string?>> query)
    {
        string text = Encode(query);
        return new Uri(Base, text.Length == 0 ? path : path + "?" + text);
    }

    /// <summary>Parameters as a query or a form; those without a value are omitted.</summary>
    public static string Encode(IEnumerable<KeyValuePair<string, string?>> query) =>
        string.Join('&', query.Where(static p => p.Value is not null).Select(static p => $"{p.Key}={Uri.EscapeDataString(p.Value!)}"));

    /// <summary>Sends a request with a token, follows redirects, and returns as soon as the response headers arrive.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? token, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsBrowser())
        {
            // A browser has a User-Agent of its own, and requires permission of the hub for another one.
            request.Headers.UserAgent.ParseAdd(UserAgent);
        }

        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        HttpMethod method = request.Method;
        HttpRequestMessage current = request;
        for (int hops = 0; ; hops++)
        {
            current.Options.Set(StreamsInBrowser, true);
            HttpResponseMessage response = await _client().SendAsync(current, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (current.Method != method)
            {
                return Redirects.Undo(response);
            }

            if (hops == Redirects.Most || Redirects.Next(current, response) is not { } next)
            {
                return response;
            }

            response.Dispose();
            current = next;
        }
    }

    /// <summary>Converts an exception from <see cref="SendAsync"/>, or from reading its response, to a failure.</summary>
    public HubFailure Explain(Exception exception) => FailureReader.FromException(Name, Base.Host, exception);

    /// <summary>Converts a response with a non-success status to a failure.</summary>
    public Task<HubFailure> ExplainAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        FailureReader.FromResponseAsync(Name, response, cancellation);

    public void Dispose()
    {
        _own?.Dispose();
        Tokens.Dispose();
    }

    /// <summary>The handler of a browser is the platform's own: sockets are not available there, and the browser connects and follows redirects.</summary>
    /// <param name="hub">Base URL of the requests.</param>
    /// <param name="socket">Socket to connect to; null for TCP.</param>
    public static HttpMessageHandler MakeHandler(Uri hub, UnixSocketUrl? socket) => OperatingSystem.IsBrowser()
        ? socket is null ? new HttpClientHandler() : throw new PlatformNotSupportedException("A browser cannot connect to a unix socket.")
        : new SocketsHttpHandler
        {
            ConnectCallback = socket is null ? null : socket.ConnectAsync,

            // A proxy from the environment can't reach a server on this machine's loopback interface.
            UseProxy = !hub.IsLoopback,
            UseCookies = false,

            // Followed by SendAsync: the handler changes the method of a request, and removes the token within an origin.
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,

            // An event id chosen by a publisher may contain any character; send it back as the bytes it came in.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        };

    private static HttpClient MakeClient(Uri hub, UnixSocketUrl? socket) => new(MakeHandler(hub, socket))
    {
        // A stream does not end; each request has its own timeouts.
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestVersion = HttpVersion.Version11,
    };
}
