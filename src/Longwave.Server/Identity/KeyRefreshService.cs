using Longwave.Engine.Health;
using Longwave.Server.Configuration;
using Microsoft.Extensions.Hosting;

namespace Longwave.Server.Identity;

/// <summary>Keeps the keys of issuers current: reads those in files before the hub listens, and all keys periodically.</summary>
internal sealed class KeyRefreshService(IssuerDirectory issuers, LongwaveOptions options, BackgroundLoops loops) : IHostedLifecycleService, IAsyncDisposable
{
    private ITimer? _timer;

    /// <summary>Reads the configured keys. An unusable key stops the start (<see cref="KeyUnusableException"/>); an unreachable issuer does not.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (IssuerKeys issuer in issuers.All)
        {
            issuer.ReadFiles();
        }

        if (issuers.All.Count > 0)
        {
            _timer = loops.StartTimer("longwave-key-refresh", Refresh, TimeSpan.Zero, options.Auth.KeyRefresh);
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_timer is { } timer)
        {
            await timer.DisposeAsync();
        }
    }

    private void Refresh()
    {
        foreach (IssuerKeys issuer in issuers.All)
        {
            // The refresh logs its own failures.
            _ = issuer.RefreshAsync();
        }
    }
}
