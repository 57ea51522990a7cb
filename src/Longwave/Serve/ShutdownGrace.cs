using Longwave.Server.Configuration;
using Microsoft.Extensions.Hosting;

namespace Longwave.Serve;

/// <summary>Limits the time that the web server waits, after the drain, for requests in progress.</summary>
/// <remarks>
/// A client that sends only a part of a request, or does not read its answer, would otherwise delay the end of the process until the time limit of
/// the host, which is longer than service managers wait before they kill it.
/// </remarks>
internal sealed class ShutdownGrace(LongwaveOptions options, TimeProvider clock) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _over = new(Timeout.InfiniteTimeSpan, clock);

    /// <summary>Signals that the web server must abort the connections that are still open.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>Begins the grace. The host calls it after <c>StoppingAsync</c> of the hub, which drains, because the hub is registered later; and before it stops the web server.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _over.CancelAfter(options.Server.EndGrace);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _over.Dispose();
}
