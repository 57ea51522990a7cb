namespace Longwave.Bench.Peers;

/// <summary>The most resident memory that a server has while this watches.</summary>
internal sealed class MemoryPeak : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly PeriodicTimer _timer = new(Interval);
    private readonly Task _watching;

    public MemoryPeak(PeerProcess server) => _watching = WatchAsync(server);

    /// <summary>In KB.</summary>
    public double Kb { get; private set; }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _watching;
    }

    private async Task WatchAsync(PeerProcess server)
    {
        do
        {
            Kb = Math.Max(Kb, server.ResidentKb);
        }
        while (await _timer.WaitForNextTickAsync());
    }
}
