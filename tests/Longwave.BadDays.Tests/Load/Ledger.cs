using System.Collections.Concurrent;

namespace Longwave.BadDays.Tests.Load;

/// <summary>What publishers were promised: which event (by the label that its data begins with) stands where.</summary>
internal sealed class Ledger
{
    // Guards _acknowledged and _offsets.
    private readonly Lock _gate = new();
    private readonly List<KeyValuePair<string, long>> _acknowledged = [];
    private readonly Dictionary<string, long> _offsets = [];
    private long _count;
    private long _highest;

    /// <summary>Answers that a publisher should never get.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Events acknowledged.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Highest offset acknowledged.</summary>
    public long Highest => Volatile.Read(ref _highest);

    /// <summary>The label that an event's data begins with.</summary>
    public static string LabelOf(string data) => data[..data.IndexOf(' ', StringComparison.Ordinal)];

    /// <summary>The topic that a label is for.</summary>
    public static string TopicOf(string label) => string.Concat("load/", label.AsSpan(label.IndexOf('@', StringComparison.Ordinal) + 1));

    public void Acknowledge(string label, long offset)
    {
        lock (_gate)
        {
            if (!_offsets.TryAdd(label, offset))
            {
                if (_offsets[label] != offset)
                {
                    Complaints.Enqueue($"{label} was acknowledged at {_offsets[label]} and again at {offset}");
                }

                return;
            }

            _acknowledged.Add(KeyValuePair.Create(label, offset));
            Volatile.Write(ref _highest, Math.Max(_highest, offset));
            Volatile.Write(ref _count, _count + 1);
        }
    }

    /// <summary>What was acknowledged, in the order of the acknowledgements, beginning after <paramref name="known"/> of them.</summary>
    public List<KeyValuePair<string, long>> Since(int known)
    {
        lock (_gate)
        {
            return _acknowledged[known..];
        }
    }
}
