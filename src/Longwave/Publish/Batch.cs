using System.Buffers;

namespace Longwave.Publish;

/// <summary>Events of one request; the hub stores all of them or none.</summary>
internal sealed class Batch
{
    /// <summary>Maximum number of events per request.</summary>
    public const int MaxEvents = 1_000;

    /// <summary>Maximum bytes per request, unless a single event is larger.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _body = new(64 * 1024);
    private readonly List<long> _lines = [];
    private readonly List<int> _ends = [];

    /// <summary>Number of events.</summary>
    public int Count => _lines.Count;

    /// <summary>Body of the request, one event per line.</summary>
    public ReadOnlyMemory<byte> Body => _body.WrittenMemory;

    /// <summary>Input bytes consumed by this batch and all earlier ones.</summary>
    public long InputBytes { get; set; }

    /// <summary>Whether an event of this size needs a new batch.</summary>
    public bool IsFullFor(int bytes) => Count >= MaxEvents || (Count > 0 && _body.WrittenCount + bytes + 1 > MaxBytes);

    /// <summary>Adds an event.</summary>
    public void Add(ReadOnlySpan<byte> json, long line)
    {
        _body.Write(json);
        _body.Write("\n"u8);
        _lines.Add(line);
        _ends.Add(_body.WrittenCount);
    }

    /// <summary>Line number of an event.</summary>
    public long LineOf(int index) => _lines[index];

    /// <summary>Creates a batch of the events before <paramref name="index"/>.</summary>
    public Batch Before(int index)
    {
        var before = new Batch { InputBytes = InputBytes };
        before._body.Write(_body.WrittenSpan[.._ends[index - 1]]);
        before._lines.AddRange(_lines.Take(index));
        before._ends.AddRange(_ends.Take(index));
        return before;
    }
}
