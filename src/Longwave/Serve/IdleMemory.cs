using Longwave.Engine.Health;
using Microsoft.Extensions.Hosting;

namespace Longwave.Serve;

/// <summary>Returns memory to the operating system when the hub becomes idle.</summary>
/// <remarks>
/// The garbage collector runs only on allocation, so a hub that becomes idle after a burst of events or new streams would keep the garbage of
/// the burst. One collection frees it. The collection stops the process for some tens of milliseconds, once per idle period,
/// when there are no publishes and almost no requests; delivery and heartbeats allocate nothing and do not count.
/// The executable does this, not the library: an embedding application manages its own memory.
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
