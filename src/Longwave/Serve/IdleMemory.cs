using Longwave.Engine.Health;
using Microsoft.Extensions.Hosting;

namespace Longwave.Serve;

/// <summary>Gives memory back to the system when the hub has come to rest.</summary>
/// <remarks>
/// The garbage collector runs when something is allocated, so a hub that took a burst of events or new streams and then rests would keep what the
/// burst left behind for as long as it rests. One collection gives it back. It stops the process for some tens of milliseconds, once per rest,
/// when nothing is published and next to nothing is asked; delivering and heartbeats allocate nothing and don't count.
/// It is the executable that does this, not the library: the memory of an embedding application is its own concern.
/// </remarks>
internal sealed class IdleMemory : IHostedService, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);

    private readonly IdleCollection _rest = new(GC.GetTotalAllocatedBytes());
    private readonly BackgroundLoops _loops;
    private ITimer? _timer;

    public IdleMemory(BackgroundLoops loops) => _loops = loops;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = _loops.StartTimer("longwave-resting-memory", OnTick, Tick, Tick);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void OnTick()
    {
        if (_rest.HasBegun(GC.GetTotalAllocatedBytes()))
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
