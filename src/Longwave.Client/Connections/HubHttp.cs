using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Longwave.Client.Failures;

namespace Longwave.Client.Connections;

/// <summary>HTTP to one hub: addresses, the token, failures in words.</summary>
internal sealed class HubHttp : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly Func<HttpClient> _client;
    private readonly HttpClient? _own;

    /// <summary>Prepares; nothing is sent yet.</summary>
    /// <param name="hub">The hub's address.</param>
    /// <param name="client">Gives the client for a request; null for one of our own.</param>
    /// <param name="tokens">Fetches tokens.</param>
    /// <param name="userAgent">The <c>User-Agent</c> of every request.</param>
    /// <param name="clock">The clock of waits and time-outs.</param>
    public HubHttp(Uri hub, Func<HttpClient>? client, TokenSource tokens, string userAgent, TimeProvider clock)
    {
        Base = new Uri(hub.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
        (Tokens, UserAgent, Clock) = (tokens, userAgent, clock);
        _own = client is null ? MakeClient(Base) : null;
        _client = client ?? (() => _own!);
    }

    public Uri Base { get; }

    public TimeProvider Clock { get; }

    public TokenSource Tokens { get; }

    private string UserAgent { get; }

    /// <summary>The hub as a person would write it.</summary>
    public string Name => Base.AbsoluteUri.TrimEnd('/');

    /// <summary>An address of the hub, with a query; null values are left out.</summary>
    public Uri Address(string path, IEnumerable<KeyValuePair<string, string?>> query)
    {
        string text = string.Join('&', query.Where(static p => p.Value is not null).Select(static p => $"{p.Key}={Uri.EscapeDataString(p.Value!)}"));
        return new Uri(Base, text.Length == 0 ? path : path + "?" + text);
    }

    /// <summary>Sends a request with a token and returns as soon as the headers of the answer are there.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? token, CancellationToken cancellation)
    {
        request.Headers.UserAgent.ParseAdd(UserAgent);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return await _client().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
    }

    /// <summary>What an exception of <see cref="SendAsync"/>, or of reading its answer, means.</summary>
    public HubFailure Explain(Exception exception) => FailureReader.FromException(Name, Base.Host, exception);

    /// <summary>What an answer that is no success means.</summary>
    public Task<HubFailure> ExplainAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        FailureReader.FromResponseAsync(Name, response, cancellation);

    public void Dispose()
    {
        _own?.Dispose();
        Tokens.Dispose();
    }

    private static HttpClient MakeClient(Uri hub) => new(new SocketsHttpHandler
    {
        // A proxy that the environment names leads away from this machine, never to it.
        UseProxy = !hub.IsLoopback,
        UseCookies = false,
        ConnectTimeout = ConnectTimeout,

        // A publisher's id may be anything, and goes back as the bytes that it came in.
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
    })
    {
        // A stream has no end; every request has time-outs of its own.
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestVersion = HttpVersion.Version11,
    };
}
