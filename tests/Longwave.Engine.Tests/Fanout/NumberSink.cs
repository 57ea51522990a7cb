using System.Buffers.Text;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests.Fanout;

/// <summary>Reads the number in the data of each event; accepts bytes while it is open, and one more frame.</summary>
internal sealed class NumberSink : ISink
{
    private bool _isFull;

    public Subscriber Subscriber { get; set; } = null!;

    public List<int> Numbers { get; } = [];

    public int Writes { get; private set; }

    public CloseReason? Ended { get; private set; }

    /// <summary>Runs during the next write.</summary>
    public Action? OnWrite { get; set; }

    public void Attach(Subscriber subscriber) => Subscriber = subscriber;

    public void Fill() => _isFull = true;

    public void Open()
    {
        if (_isFull)
        {
            _isFull = false;
            Subscriber.OnWritable();
        }
    }

    public bool TrySend(FrameBatch batch, out int taken)
    {
        Assert.Null(Ended);
        Action? act = OnWrite;
        OnWrite = null;
        act?.Invoke();
        Writes++;
        taken = _isFull ? 1 : batch.Count;
        for (int i = 0; i < taken; i++)
        {
            ReadOnlySpan<byte> frame = batch[i];
            int data = frame.IndexOf("data: "u8);
            if (data >= 0 && !frame.StartsWith("event: longwave."u8))
            {
                Assert.True(Utf8Parser.TryParse(frame[(data + 6)..], out int number, out _));
                Numbers.Add(number);
            }
        }

        return !_isFull;
    }

    public void OnPosition(Position position, bool isLive)
    {
    }

    public void Complete(CloseReason reason) => Ended = reason;
}
