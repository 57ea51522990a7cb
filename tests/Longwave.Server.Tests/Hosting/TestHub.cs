using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Longwave.Engine;
using Longwave.Server.Configuration;
using Longwave.Server.Hub;
using Longwave.Server.Kestrel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Tests.Hosting;

/// <summary>A hub with its own log behind a real Kestrel, on a free loopback port.</summary>
public sealed class TestHub : IAsyncDisposable
{
    private static readonly Lazy<X509Certificate2> LazyCertificate = new(MakeCertificate);
    private readonly WebApplication _app;
    private readonly DirectoryInfo _directory;

    private TestHub(WebApplication app, DirectoryInfo directory, CollectedLogs logs)
    {
        _app = app;
        _directory = directory;
        Logs = logs;
        Address = new Uri(app.Urls.First(url => !CleartextHttp2.IsInternal(url)));
        Http = NewClient(HttpVersion.Version11);
    }

    /// <summary>Address of the hub.</summary>
    public Uri Address { get; }

    /// <summary>An HTTP/1.1 client.</summary>
    public HttpClient Http { get; }

    /// <summary>Log entries of level warning and above.</summary>
    public CollectedLogs Logs { get; }

    public HubEngine Engine => _app.Services.GetRequiredService<RunningHub>().Engine;

    /// <summary>Paths that the hub serves, except the catch-all and those of Mercure, which has its own specification.</summary>
    public IEnumerable<string> Paths => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints
        .OfType<RouteEndpoint>().Select(e => e.RoutePattern.RawText!).Where(p => !p.Contains("**", StringComparison.Ordinal) && !p.Contains("/.well-known/", StringComparison.Ordinal)).Distinct();

    public IServiceProvider Services => _app.Services;

    public LongwaveOptions Options => _app.Services.GetRequiredService<LongwaveOptions>();

    /// <summary>Whether streams are parked. Tests run with parking, and in a separate run without; the variable is the hub's own option.</summary>
    public static bool Parks { get; } = Environment.GetEnvironmentVariable("LONGWAVE__SERVER__PARKSTREAMS") != "false";

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static X509Certificate2 Certificate => LazyCertificate.Value;

    public static async Task<TestHub> StartAsync(
        Action<LongwaveOptions>? configure = null, bool tls = false, Action<KestrelServerOptions>? configureServer = null, TimeProvider? clock = null,
        LogLevel logLevel = LogLevel.Warning, Action<WebApplication>? use = null)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("longwave-server-tests-");
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.Services.AddCleartextHttp2();
        builder.Services.AddLongwave(options =>
        {
            options.Engine.DataDirectory = directory.FullName;
            options.Engine.DrainWindow = options.Engine.RestartTime = TimeSpan.Zero;
            options.Server.ParkStreams = Parks;
            configure?.Invoke(options);
        });
        builder.Services.AddOptions<KestrelServerOptions>().Configure<LongwaveOptions>((kestrel, options) =>
        {
            kestrel.UseLongwaveLimits(options);
            configureServer?.Invoke(kestrel);
            var endPoint = new IPEndPoint(IPAddress.Loopback, 0);
            if (tls)
            {
                kestrel.Listen(endPoint, listen =>
                {
                    listen.LimitSocketsPerAddress().ReleaseForgottenConnections();
                    listen.UseHttps(Certificate);
                });
            }
            else
            {
                kestrel.ListenCleartext(endPoint);
            }
        });
        var logs = new CollectedLogs();
        builder.Logging.AddProvider(logs).SetMinimumLevel(logLevel).HideRequestSecrets();
        WebApplication app = builder.Build();
        use?.Invoke(app);
        app.MapLongwave();
        await app.StartAsync();
        return new TestHub(app, directory, logs);
    }

    /// <summary>Creates a client for exactly this HTTP version.</summary>
    public HttpClient NewClient(Version version)
    {
        var handler = new SocketsHttpHandler
        {
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => Certificate.Equals(certificate) },
        };
        return new HttpClient(handler)
        {
            BaseAddress = Address,
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    /// <summary>Publishes a raw body and returns its position.</summary>
    public async Task<string> PublishAsync(string topic, string data, string? type = null)
    {
        string query = $"/v1/events?topic={Uri.EscapeDataString(topic)}" + (type is null ? "" : $"&type={Uri.EscapeDataString(type)}");
        using HttpResponseMessage response = await PostAsync(query, Encoding.UTF8.GetBytes(data));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await ReadJsonAsync(response)).GetProperty("id").GetString()!;
    }

    public Task<HttpResponseMessage> PostAsync(string pathAndQuery, byte[] body, string? contentType = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, pathAndQuery) { Content = new ByteArrayContent(body) };
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        foreach ((string name, string value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return Http.SendAsync(request);
    }

    public Task<HttpResponseMessage> PostAsync(string pathAndQuery, string body, string? contentType = null, params (string Name, string Value)[] headers) =>
        PostAsync(pathAndQuery, Encoding.UTF8.GetBytes(body), contentType, headers);

    /// <summary>Opens a stream in the given format, or reads the whole response if it is not a stream.</summary>
    public async Task<HttpResponseMessage> GetAsync(string query, string? accept = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events" + query);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Opens a stream that the hub must accept.</summary>
    public async Task<OpenStream> OpenAsync(string query, string? accept = null, params (string Name, string Value)[] headers)
    {
        HttpResponseMessage response = await GetAsync(query, accept, headers);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await OpenStream.FromAsync(response);
    }

    /// <summary>Sends one poll.</summary>
    public async Task<JsonElement> PollAsync(string query)
    {
        using HttpResponseMessage response = await GetAsync(query, "application/json");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await ReadJsonAsync(response);
    }

    public static async Task<JsonElement> ReadJsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement;

    /// <summary>Checks a problem response: status, media type, name and field.</summary>
    public static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage response, int status, string name, string? field = null)
    {
        // A stream does not end: do not read it where a problem is expected.
        string text = response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} instead of {status}: {text}");
        Assert.Equal(new MediaTypeHeaderValue("application/problem+json"), response.Content.Headers.ContentType);
        JsonElement problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal("https://longwave.dev/problems/" + name, problem.GetProperty("type").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("title").GetString()));
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("detail").GetString()));
        Assert.Equal(field, problem.TryGetProperty("field", out JsonElement found) ? found.GetString() : null);
        return problem;
    }

    /// <summary>Stops the hub as SIGTERM does.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
