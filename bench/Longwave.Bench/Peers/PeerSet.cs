using Longwave.Bench.Scenarios;

namespace Longwave.Bench.Peers;

/// <summary>The peers of a comparison, all of them running; the one that is not measured has nothing to do.</summary>
internal sealed class PeerSet : IDisposable
{
    private readonly List<PeerProcess> _all = [];

    public IReadOnlyList<PeerProcess> All => _all;

    /// <summary>The peers that take part.</summary>
    public static IEnumerable<Peer> Chosen(BenchContext context) =>
        PeerList.All(context.Park).Where(peer => context.Peers.Count == 0 || context.Peers.Contains(peer.Name));

    public static async Task<PeerSet> StartAsync(BenchContext context)
    {
        var set = new PeerSet();
        try
        {
            foreach (Peer peer in Chosen(context))
            {
                set._all.Add(await PeerProcess.StartAsync(peer, context.NewDirectory(), context.Cancellation));
            }

            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    public void Dispose() => _all.ForEach(static server => server.Dispose());
}
