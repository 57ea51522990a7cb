using System.Net;
using System.Text;
using Longwave.Server.Configuration;
using Longwave.Server.Kestrel;
using Longwave.Server.Startup;
using Longwave.Server.Tests.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Longwave.Server.Tests.Startup;

/// <summary>The hub and the options of the application around it.</summary>
public sealed class HostCheckTests : IDisposable
{
    private const string Diagnostics = "Microsoft.AspNetCore.Hosting.Diagnostics";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("longwave-host-");

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>Every kind of builder: a slim one has left out parts of routing, which the hub must not bring back.</summary>
    [Theory]
    [InlineData("full")]
    [InlineData("slim")]
    [InlineData("empty")]
    public void AddLongwave_AnyBuilder_ConfiguresNoOptionsOfOthers(string kind)
    {
        WebApplicationBuilder builder = kind switch
        {
            "full" => WebApplication.CreateBuilder(),
            "slim" => WebApplication.CreateSlimBuilder(),
            _ => WebApplication.CreateEmptyBuilder(new WebApplicationOptions()),
        };
        builder.Services.AddRoutingCore();
        ServiceDescriptor[] before = [.. builder.Services];
        builder.Services.AddLongwave();
        string[] foreign = [.. builder.Services.Except(before)
            .Where(static added => added.ServiceType is { IsGenericType: true } type && type.Namespace == "Microsoft.Extensions.Options"
                && type.GenericTypeArguments.Any(static options => options.IsVisible && !options.Namespace!.StartsWith("Longwave", StringComparison.Ordinal)))
            .Select(static added => added.ServiceType.GenericTypeArguments[0].Name)];
        Assert.Equal([], foreign);
        Assert.DoesNotContain(
            builder.Services.Except(before), static added => added.ServiceType.Namespace == "Microsoft.Extensions.Logging" && added.ServiceType != typeof(ILoggerFactory) && added.ServiceType != typeof(ILogger<>));
    }

    [Fact]
    public void MapLongwave_ApplicationWithItsOwnOptions_LeavesThemAsTheyAre()
    {
        var encoding = Encoding.Latin1;
        WebApplicationBuilder builder = Builder();
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.ResponseHeaderEncodingSelector = kestrel.RequestHeaderEncodingSelector = _ => encoding);
        builder.Logging.AddFilter(Diagnostics, LogLevel.Information);
        using var app = (IDisposable)builder.Build();
        var services = ((WebApplication)app).Services;
        ((WebApplication)app).MapLongwave();
        Assert.Equal(TimeSpan.FromSeconds(3), services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
        KestrelServerOptions kestrel = services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;
        Assert.Same(encoding, kestrel.ResponseHeaderEncodingSelector("Link"));
        Assert.Same(encoding, kestrel.RequestHeaderEncodingSelector("Last-Event-ID"));
        Assert.Contains(services.GetRequiredService<IOptions<LoggerFilterOptions>>().Value.Rules, static rule => rule is { CategoryName: Diagnostics, LogLevel: LogLevel.Information });

        // What the application asks for applies, beside its own encodings.
        kestrel.UseLongwaveLimits(new LongwaveOptions());
        Assert.Same(encoding, kestrel.ResponseHeaderEncodingSelector("Link"));
        var other = new KestrelServerOptions();
        other.UseLongwaveLimits(new LongwaveOptions());
        Assert.Same(Encoding.UTF8, other.ResponseHeaderEncodingSelector("Last-Event-ID"));
        Assert.Null(other.ResponseHeaderEncodingSelector("Location"));
        var host = new HostOptions { ShutdownTimeout = TimeSpan.FromSeconds(3) };
        host.AllowDrain(new LongwaveOptions { Engine = new() { DrainWindow = TimeSpan.FromMinutes(2) } });
        Assert.True(host.ShutdownTimeout >= TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(15), $"{host.ShutdownTimeout}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_OptionsThatDoNotSuitTheHub_AreReportedOnce(bool suit)
    {
        var logs = new CollectedLogs();
        WebApplicationBuilder builder = Builder(static options =>
        {
            options.Engine.DrainWindow = TimeSpan.FromMinutes(2);
            options.Auth.Anonymous.Subscribe = [new() { Topic = "*" }];
        });
        builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Information);
        if (suit)
        {
            builder.Logging.HideRequestSecrets();
            builder.Services.AddOptions<HostOptions>().Configure<LongwaveOptions>(static (host, options) => host.AllowDrain(options));
        }

        await using WebApplication app = builder.Build();
        app.MapLongwave();
        await app.StartAsync();
        Assert.Equal(suit ? 0 : 1, logs.Lines.Count(static line => line.Contains("AllowDrain", StringComparison.Ordinal)));
        Assert.Equal(suit ? 0 : 1, logs.Lines.Count(static line => line.Contains("HideRequestSecrets", StringComparison.Ordinal)));
    }

    /// <summary>An application can limit and cache all its requests; neither suits a stream.</summary>
    [Theory]
    [InlineData("/v1/events?topic=a")]
    [InlineData("/.well-known/mercure?topic=a")]
    public async Task Stream_ApplicationWithTimeoutAndCacheForAllRequests_IsNeitherCutNorCached(string path)
    {
        WebApplicationBuilder builder = Builder(static options => options.Server.ParkStreams = false);
        builder.Services.AddRequestTimeouts(static timeouts => timeouts.DefaultPolicy = new() { Timeout = TimeSpan.FromMilliseconds(1) });
        builder.Services.AddOutputCache(static cache => cache.AddBasePolicy(static policy => policy.Expire(TimeSpan.FromHours(1))));
        await using WebApplication app = builder.Build();
        app.UseRequestTimeouts();
        app.UseOutputCache();
        app.MapLongwave();
        app.MapGet("/slow", static async context => await Task.Delay(Timeout.Infinite, context.RequestAborted));
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using OpenStream stream = await OpenStream.FromAsync(await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead));
        using OpenStream second = await OpenStream.FromAsync(await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead));

        // The time-out of a later request has passed, and therefore that of the streams.
        using HttpResponseMessage slow = await http.GetAsync("/slow");
        Assert.Equal(HttpStatusCode.GatewayTimeout, slow.StatusCode);
        using HttpResponseMessage published = await http.PostAsync("/v1/events?topic=a", new StringContent("late"));
        Assert.Equal(HttpStatusCode.Created, published.StatusCode);
        await stream.ReadUntilAsync("data: late\n\n");
        await second.ReadUntilAsync("data: late\n\n");
    }

    /// <summary>Without the encoding of <c>UseLongwaveLimits</c>, the web server rejects an id with other characters than ASCII.</summary>
    [Fact]
    public async Task Mercure_IdThatTheWebServerCannotSend_IsNamedByItsPosition()
    {
        await using WebApplication app = Builder(static options => options.Mercure.Subscriptions = true).Build();
        app.MapLongwave();
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using HttpResponseMessage published = await http.PostAsync(
            "/.well-known/mercure", new FormUrlEncodedContent([KeyValuePair.Create("topic", "a"), KeyValuePair.Create("data", "x"), KeyValuePair.Create("id", "urn:päus")]));
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
        using HttpResponseMessage stream = await http.GetAsync("/.well-known/mercure?topic=a&lastEventID=urn:p%C3%A4us", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        string cursor = Assert.Single(stream.Headers.GetValues("Last-Event-ID"));
        Assert.Matches("^#[0-9a-f]{8}-1$", cursor);
        using HttpResponseMessage list = await http.GetAsync("/.well-known/mercure/subscriptions?match=a");
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
        using OpenStream again = await OpenStream.FromAsync(
            await http.GetAsync($"/.well-known/mercure?topic=a&lastEventID={Uri.EscapeDataString(cursor)}", HttpCompletionOption.ResponseHeadersRead));
        Assert.Equal(cursor, Assert.Single(again.Response.Headers.GetValues("Last-Event-ID")));
    }

    [Fact]
    public async Task Start_OpenHubBeyondLoopback_FailsWithTheRemedy()
    {
        await using WebApplication app = Builder(url: "http://0.0.0.0:0").Build();
        app.MapLongwave();
        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
        Assert.StartsWith("Refusing to serve the hub on http://0.0.0.0:", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AcceptUsers", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_EndpointOfTheHubMadeAnonymous_IsOpen()
    {
        WebApplicationBuilder builder = Builder(url: "http://0.0.0.0:0");
        builder.Services.AddAuthorization();
        await using WebApplication app = builder.Build();
        app.MapLongwave().RequireAuthorization().WithMetadata(new AllowAnonymousAttribute());
        await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
    }

    [Theory]
    [InlineData("insecure")]
    [InlineData("anonymous")]
    [InlineData("users")]
    [InlineData("authorization")]
    [InlineData("unmapped")]
    public async Task Start_HubBeyondLoopbackThatIsNotOpen_Succeeds(string how)
    {
        WebApplicationBuilder builder = Builder(
            options =>
            {
                options.Server.Insecure = how == "insecure";
                options.Auth.Anonymous.Subscribe = how == "anonymous" ? [new() { Topic = "*" }] : [];
                if (how == "users")
                {
                    options.Auth.AcceptUsers(static _ => null);
                }
            },
            "http://0.0.0.0:0");
        builder.Services.AddAuthorization();
        await using WebApplication app = builder.Build();
        if (how != "unmapped")
        {
            IEndpointConventionBuilder hub = app.MapLongwave();
            if (how == "authorization")
            {
                hub.RequireAuthorization();
            }
        }

        await app.StartAsync();
        Assert.StartsWith("http://0.0.0.0:", Assert.Single(app.Urls), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:5000", true)]
    [InlineData("http://127.0.0.1:5000", true)]
    [InlineData("https://127.3.2.1:5000", true)]
    [InlineData("http://[::1]:5000", true)]
    [InlineData("http://unix:/tmp/hub.sock", true)]
    [InlineData("http://[::]:5000", false)]
    [InlineData("http://+:80", false)]
    [InlineData("http://*:80", false)]
    [InlineData("http://192.0.2.1", false)]
    [InlineData("http://localhost.example.com", false)]
    [InlineData("nonsense", false)]
    public void IsLoopback_AnyAddress_IsWhetherOnlyThisMachineReachesIt(string address, bool expected) =>
        Assert.Equal(expected, HostCheck.IsLoopback(address));

    private WebApplicationBuilder Builder(Action<LongwaveOptions>? configure = null, string url = "http://127.0.0.1:0")
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(url);
        builder.Services.AddLongwave(options =>
        {
            options.Engine.DataDirectory = _directory.FullName;
            options.Engine.DrainWindow = TimeSpan.Zero;
            configure?.Invoke(options);
        });
        return builder;
    }
}
