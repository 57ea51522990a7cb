using System.Net;
using System.Net.Sockets;
using Longwave.Server;
using Longwave.Server.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Longwave.Client.Tests.Hosting;

/// <summary>A real hub that can be stopped and restarted with the same port and log.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("longwave-client-tests-");
    private readonly int _port = FreePort();
    private WebApplication? _app;
    private Action<LongwaveOptions>? _configure;

    public string Url => $"http://127.0.0.1:{_port}";

    /// <summary>The same hub on a unix socket.</summary>
    public string SocketUrl => $"http://unix:{Path.Combine(_directory.FullName, "hub.sock")}";

    /// <summary>Starts a hub.</summary>
    /// <param name="configure">Changes options from their defaults, at every start.</param>
    public static async Task<TestHub> StartedAsync(Action<LongwaveOptions>? configure = null)
    {
        var hub = new TestHub { _configure = configure };
        await hub.StartAsync();
        return hub;
    }

    public async Task StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Url, SocketUrl);
        builder.Services.AddLongwave(options =>
        {
            options.Engine.DataDirectory = _directory.FullName;
            options.Engine.DrainWindow = TimeSpan.FromMilliseconds(50);
            options.Engine.RestartTime = TimeSpan.Zero;
            options.Engine.RetryMin = TimeSpan.FromMilliseconds(10);
            options.Engine.RetryMax = TimeSpan.FromMilliseconds(50);
            _configure?.Invoke(options);
        });
        WebApplication app = builder.Build();
        app.MapLongwave();
        await app.StartAsync();
        _app = app;
    }

    public async Task StopAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
            _app = null;
        }
    }

    public T Service<T>()
        where T : notnull => _app!.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
