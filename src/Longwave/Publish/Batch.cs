using System.Buffers;

namespace Longwave.Publish;

/// <summary>Events that go in one request: appended all together or not at all.</summary>
internal sealed class Batch
{
    /// <summary>Most events of one request.</summary>
    public const int MaxEvents = 1_000;

    /// <summary>Most bytes of one request, unless a single event has more.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _body = new(64 * 1024);
    private readonly List<long> _lines = [];
    private readonly List<int> _ends = [];

    /// <summary>How many events it has.</summary>
    public int Count => _lines.Count;

    /// <summary>The body of the request: a line each.</summary>
    public ReadOnlyMemory<byte> Body => _body.WrittenMemory;

    /// <summary>How many bytes of the input it and all batches before it took.</summary>
    public long InputBytes { get; set; }

    /// <summary>Whether the next event has to go into another one.</summary>
    public bool IsFullFor(int bytes) => Count >= MaxEvents || (Count > 0 && _body.WrittenCount + bytes + 1 > MaxBytes);

    /// <summary>Adds an event.</summary>
    public void Add(ReadOnlySpan<byte> json, long line)
    {
        _body.Write(json);
        _body.Write("\n"u8);
        _lines.Add(line);
        _ends.Add(_body.WrittenCount);
    }

    /// <summary>Number of the line that an event came from.</summary>
    public long LineOf(int index) => _lines[index];

    /// <summary>The events before <paramref name="index"/>.</summary>
    public Batch Before(int index)
    {
        var before = new Batch { InputBytes = InputBytes };
        before._body.Write(_body.WrittenSpan[.._ends[index - 1]]);
        before._lines.AddRange(_lines.Take(index));
        before._ends.AddRange(_ends.Take(index));
        return before;
    }
}
