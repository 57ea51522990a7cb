using System.Collections.Concurrent;

namespace Longwave.BadDays.Tests.Load;

/// <summary>Acknowledged events: the position of each label (the start of an event's data).</summary>
internal sealed class Ledger
{
    // Guards _acknowledged and _offsets.
    private readonly Lock _gate = new();
    private readonly List<KeyValuePair<string, long>> _acknowledged = [];
    private readonly Dictionary<string, long> _offsets = [];
    private long _count;
    private long _highest;

    /// <summary>Responses that a publisher must never get.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Number of acknowledged events.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Highest acknowledged offset.</summary>
    public long Highest => Volatile.Read(ref _highest);

    /// <summary>Returns the label at the start of an event's data.</summary>
    public static string LabelOf(string data) => data[..data.IndexOf(' ', StringComparison.Ordinal)];

    /// <summary>Returns the topic of a label.</summary>
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

    /// <summary>Acknowledged events in the order of acknowledgement, without the first <paramref name="known"/>.</summary>
    public List<KeyValuePair<string, long>> Since(int known)
    {
        lock (_gate)
        {
            return _acknowledged[known..];
        }
    }
}
