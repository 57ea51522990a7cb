using System.Collections.Concurrent;
using Longwave.BadDays.Tests.Following;

namespace Longwave.BadDays.Tests.Load;

/// <summary>Positions of all labels that a follower of every topic has received.</summary>
internal sealed class SeenEvents
{
    private readonly ConcurrentDictionary<string, long> _offsets = new();
    private long _offset;

    public long Offset => Volatile.Read(ref _offset);

    public long OffsetOf(string label) => _offsets.GetValueOrDefault(label);

    public void Take(Received received)
    {
        Assert.True(_offsets.TryAdd(Ledger.LabelOf(received.Data), received.Offset), $"{received.Data} came twice");
        Volatile.Write(ref _offset, received.Offset);
    }
}
