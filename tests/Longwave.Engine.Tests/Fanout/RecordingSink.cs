using System.Globalization;
using System.Text;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests.Fanout;

/// <summary>A client that keeps every line it is sent, in order. It can stop reading, and it can stop a catch-up reader in the middle of a page.</summary>
internal sealed class RecordingSink : ISink
{
    private readonly ManualResetEventSlim _gate = new(initialState: true);
    private bool _isFull;
    private bool _isOwedASignal;

    public enum Kind
    {
        Heartbeat,
        Retry,
        Event,
        Control,
    }

    public List<Line> Lines { get; } = [];

    public Subscriber Subscriber { get; private set; } = null!;

    public CloseReason? Ended { get; private set; }

    /// <summary>Positions that were reported, and whether each was the live edge.</summary>
    public List<(long Offset, bool IsLive)> Positions { get; } = [];

    /// <summary>Set while a reader is stopped in a write.</summary>
    public ManualResetEventSlim Stopped { get; } = new();

    /// <summary>Whether the bytes of the last write never change.</summary>
    public bool WasShared { get; private set; }

    /// <summary>What the hub did wrong, or null.</summary>
    public string? Fault { get; private set; }

    public IEnumerable<long> Events => Lines.Where(static line => line.Kind == Kind.Event).Select(static line => line.Offset!.Value);

    public IEnumerable<Line> Heartbeats => Lines.Where(static line => line.Kind == Kind.Heartbeat);

    public IEnumerable<Line> Controls => Lines.Where(static line => line.Kind == Kind.Control);

    public void Attach(Subscriber subscriber) => Subscriber = subscriber;

    /// <summary>The next write of a reader does not return before <see cref="Release"/>.</summary>
    public void StopReader() => _gate.Reset();

    public void Release() => _gate.Set();

    /// <summary>The client accepts one more frame, then none before <see cref="Open"/>.</summary>
    public void Fill() => _isFull = true;

    public void Open()
    {
        _isFull = false;
        if (_isOwedASignal)
        {
            _isOwedASignal = false;
            Subscriber.OnWritable();
        }
    }

    public bool TrySend(FrameBatch batch, out int taken)
    {
        if (_isOwedASignal || Ended is not null)
        {
            Fault = _isOwedASignal ? "written to while blocked" : "written to after its end";
        }

        if (Thread.CurrentThread.Name?.StartsWith("longwave-catch-up", StringComparison.Ordinal) == true && !_gate.IsSet)
        {
            Stopped.Set();
            _gate.Wait();
            Stopped.Reset();
        }

        WasShared = batch.IsShared;
        taken = _isFull ? 1 : batch.Count;
        for (int i = 0; i < taken; i++)
        {
            Take(Encoding.UTF8.GetString(batch[i]));
        }

        _isOwedASignal = _isFull;
        return !_isFull;
    }

    public void OnPosition(Position position, bool isLive) => Positions.Add((position.Offset, isLive));

    public void Complete(CloseReason reason) => Ended = reason;

    private static long OffsetOf(ReadOnlySpan<char> position) => long.Parse(position[9..], CultureInfo.InvariantCulture);

    /// <summary>One frame: single lines, then perhaps blocks that a blank line ends.</summary>
    private void Take(string frame)
    {
        foreach (string block in frame.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            (string? type, string data, long? offset) = (null, "", null);
            foreach (string line in block.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                switch (line.Split(':', 2))
                {
                    case ["", var comment]:
                        Lines.Add(new Line(Kind.Heartbeat, comment.Length == 0 ? null : OffsetOf(comment.AsSpan(1)), "", ""));
                        break;
                    case ["retry", var retry] when type is null:
                        Lines.Add(new Line(Kind.Retry, null, "", retry.Trim()));
                        break;
                    case ["id", var id]:
                        offset = OffsetOf(id.AsSpan(1));
                        break;
                    case ["event", var name]:
                        type = name.Trim();
                        break;
                    case ["data", var text]:
                        data = text.Trim();
                        break;
                }
            }

            if (offset is not null || type is not null)
            {
                Lines.Add(new Line(type?.StartsWith("longwave.", StringComparison.Ordinal) == true ? Kind.Control : Kind.Event, offset, type ?? "message", data));
            }
        }
    }

    internal sealed record Line(Kind Kind, long? Offset, string Type, string Data);
}
